using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Something that any softmax type takes besides its own parameters.</summary>
public abstract class Modifier
{
    /// <summary>One sentence: what it does, and the paper.</summary>
    public abstract string Summary { get; }

    /// <summary>Its parameters on <c>[Attention]</c>.</summary>
    public abstract IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Whether a declaration asks for it.</summary>
    public abstract bool IsDeclared(AttentionSpec spec);

    /// <summary>What it does to the scores.</summary>
    public virtual IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec) => [];

    /// <summary>Initialisers of the KernelDescription that it relies on.</summary>
    public virtual IEnumerable<string> Settings(AttentionSpec spec) => [];

    /// <summary>Learned tensors that it takes.</summary>
    public virtual IEnumerable<LearnedTensor> Tensors(AttentionSpec spec) => [];
}
