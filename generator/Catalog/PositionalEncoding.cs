using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>One positional encoding: what it is called, what it takes, and the hooks by which it enters the kernel. Identity by default.</summary>
public abstract class PositionalEncoding
{
    /// <summary>The name in <c>[PositionalEncoding("...")]</c>, lower-case.</summary>
    public abstract string Name { get; }

    /// <summary>Other names the field uses.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>One sentence: what it does to what, and the paper.</summary>
    public abstract string Summary { get; }

    /// <summary>The parameters of its own.</summary>
    public virtual IReadOnlyList<ParameterSpec> Parameters => [];

    /// <summary>Whether it is added to the layer's input, before the projections.</summary>
    public virtual bool AddsToInput => false;

    /// <summary>Positions in its table; 0: it has none.</summary>
    public virtual int Positions(EncodingSpec encoding) => 0;

    /// <summary>What a new layer fills the table with, an expression of <c>WeightStart</c>, where the table is learned; null: it is not.</summary>
    public virtual string? TableStart(EncodingSpec encoding) => null;

    /// <summary>Whether it turns the rows of queries and keys, given a row of a table for each position.</summary>
    public virtual bool TransformsRows => false;

    /// <summary>Initialisers of the KernelDescription that it relies on.</summary>
    public virtual IEnumerable<string> Settings(AttentionSpec spec, EncodingSpec encoding) => [];

    /// <summary>What it does to the scores.</summary>
    public virtual IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec, EncodingSpec encoding) => [];

    /// <summary>The vectors it has for distances; null: none.</summary>
    public virtual DistanceVectors? Distances(EncodingSpec encoding) => null;

    /// <summary>
    /// Runs of features of a query or key row and, for each, the transformed feature's expression in the buffers
    /// <c>row</c> [head dim] and <c>rotation</c> (the position's row of the encoding's table).
    /// </summary>
    public virtual IEnumerable<FeatureRun> TransformRow(EncodingSpec encoding, int headDim) =>
        [new FeatureRun(0, headDim, static (dialect, index) => dialect.Load("row", index))];

    /// <summary>Learned tensors that the kernel takes for it.</summary>
    public virtual IEnumerable<LearnedTensor> Tensors(AttentionSpec spec, EncodingSpec encoding) => [];

    /// <summary>Whether it depends on which key a query stands at: whatever looks at positions does.</summary>
    public bool DependsOnAlignment(AttentionSpec spec, EncodingSpec encoding) =>
        TransformsRows || Distances(encoding) is not null || ScoreSteps(spec, encoding).Any(static step => step.UsesIndices);
}
