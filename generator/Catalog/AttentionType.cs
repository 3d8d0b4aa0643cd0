using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>One attention type: what it is called, what it takes, and the hooks by which it shapes the kernel. Identity by default.</summary>
public abstract class AttentionType
{
    /// <summary>The name in <c>[Attention(Type = "...")]</c>, lower-case.</summary>
    public abstract string Name { get; }

    /// <summary>Other names the field uses.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>One sentence: which keys a query sees, and the paper.</summary>
    public abstract string Summary { get; }

    /// <summary>The parameters of its own.</summary>
    public virtual IReadOnlyList<ParameterSpec> Parameters => [];

    /// <summary>What kind of kernel computes it.</summary>
    public virtual KernelFamily Family => KernelFamily.Softmax;

    /// <summary>How queries and keys become features, for a type of the <see cref="KernelFamily.Linear"/> family; null: there are none.</summary>
    public virtual FeatureMap? FeatureMap(AttentionSpec spec) => null;

    /// <summary>Whether a sequence's past can stand in a state of fixed size, from which further positions go on.</summary>
    public bool HasState(AttentionSpec spec) => Family == KernelFamily.Linear && AttentionShape.Of(spec) is { Causal: true, Cross: false };

    /// <summary>What the type does to the scores.</summary>
    public virtual IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec) => [];

    /// <summary>The encoding that the type consists of, made of the type's own arguments; null: none.</summary>
    public virtual EncodingSpec? OwnEncoding(AttentionSpec spec) => null;

    /// <summary>How the output is mixed with local features; null: it is not.</summary>
    public virtual LocalMix? Mix(AttentionSpec spec) => null;

    /// <summary>Learned tensors that the type takes.</summary>
    public virtual IEnumerable<LearnedTensor> Tensors(AttentionSpec spec) => [];

    /// <summary>The keys each query sees, for a type of one softmax and one pass; causality is applied on top.</summary>
    public virtual KeyRange DeclaredRange(AttentionSpec spec) => KeyRange.All;

    /// <summary>The softmaxes and their passes over the keys; causality is applied on top.</summary>
    public virtual IReadOnlyList<SoftmaxBranch> DeclaredBranches(AttentionSpec spec) => [new SoftmaxBranch([DeclaredRange(spec)])];

    /// <summary>Whether the visible keys, or what the class's own functions say, depend on the query.</summary>
    public bool DependsOnQuery(AttentionSpec spec) => spec.FunctionsReadQuery || Branches(spec).Any(static branch => branch.Passes.Any(static pass => pass.DependsOnQuery));

    /// <summary>Whether anything depends on which key a query stands at: the visible keys, or an encoding of the type's own.</summary>
    public bool DependsOnAlignment(AttentionSpec spec) =>
        DependsOnQuery(spec)
        || (OwnEncoding(spec) is { } own && Catalog.FindEncoding(own.Type)!.DependsOnAlignment(spec, own));

    /// <summary>The softmaxes and their passes over the keys, with the class's own Keep and causality included.</summary>
    public IReadOnlyList<SoftmaxBranch> Branches(AttentionSpec spec)
    {
        IReadOnlyList<SoftmaxBranch> branches = DeclaredBranches(spec);
        KeyRange kept = KeepShape.Of(spec).Range;
        if (kept != KeyRange.All)
        {
            branches = Map(branches, _ => kept);
        }

        return AttentionShape.Of(spec).Causal ? Map(branches, static pass => pass.UpToQuery()) : branches;
    }

    private static IReadOnlyList<SoftmaxBranch> Map(IReadOnlyList<SoftmaxBranch> branches, System.Func<KeyRange, KeyRange> change) =>
        [.. branches.Select(branch => branch with { Passes = [.. branch.Passes.Select(change)] })];
}
