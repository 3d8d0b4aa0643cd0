using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Cases;

/// <summary>One call with its data: makes the kernel's call and the oracle's problem from the same numbers.</summary>
public sealed class ConformanceCase
{
    public required Declaration Declaration { get; init; }

    public required AttentionSizes Sizes { get; init; }

    /// <summary><c>[batch, heads, queryLength, headDim]</c>.</summary>
    public required float[] Query { get; init; }

    /// <summary><c>[batch, kvHeads, keyLength, headDim]</c>; NaN past the key lengths.</summary>
    public required float[] Key { get; init; }

    /// <summary><c>[batch, kvHeads, keyLength, valueDim]</c>; NaN past the key lengths.</summary>
    public required float[] Value { get; init; }

    public CallInputs Inputs { get; init; } = CallInputs.None;

    public Arrangement InputArrangement { get; init; }

    public Arrangement OutputArrangement { get; init; }

    public bool WantsLogSumExp { get; init; } = true;

    public int MaxThreads { get; init; } = 1;

    /// <summary>Multiply-adds of the two products over all pairs, visible or not.</summary>
    public long Work => (long)Sizes.RowCount * Sizes.KeyLength * (Sizes.HeadDim + Sizes.ValueDim);

    public ReferenceProblem Problem => Declaration.ToProblem(Sizes, ReferenceProblem.Widen(Query), ReferenceProblem.Widen(Key), ReferenceProblem.Widen(Value), Inputs);

    /// <summary>A call on fresh buffers, outputs poisoned.</summary>
    public KernelCall NewCall(SimdTier tier = SimdTier.Best) => new()
    {
        Query = new TensorBuffer(Sizes.Batch, Sizes.Heads, Sizes.QueryLength, Sizes.HeadDim, InputArrangement).Set(Query),
        Key = new TensorBuffer(Sizes.Batch, Sizes.KvHeads, Sizes.KeyLength, Sizes.HeadDim, InputArrangement).Set(Key),
        Value = new TensorBuffer(Sizes.Batch, Sizes.KvHeads, Sizes.KeyLength, Sizes.ValueDim, InputArrangement).Set(Value),
        Output = new TensorBuffer(Sizes.Batch, Sizes.Heads, Sizes.QueryLength, Sizes.ValueDim, OutputArrangement),
        LogSumExp = WantsLogSumExp ? new TensorBuffer(Sizes.Batch, Sizes.Heads, Sizes.QueryLength, 1, Arrangement.HeadsFirst) : null,
        Local = Inputs.LocalFeatures is { } local ? new TensorBuffer(Sizes.Batch, Sizes.Heads, Sizes.QueryLength, Sizes.ValueDim, InputArrangement).Set(local) : null,
        Batch = Sizes.Batch,
        QueryLength = Sizes.QueryLength,
        KeyLength = Sizes.KeyLength,
        Inputs = Inputs,
        MaxThreads = MaxThreads,
        Tier = tier,
    };

    /// <summary>Unit normal data without optional inputs.</summary>
    public static ConformanceCase Plain(Declaration declaration, Random random, int batch, int queryLength, int keyLength, double magnitude = 1)
    {
        HeadShape shape = declaration.Shape;
        var sizes = new AttentionSizes(batch, shape.Heads, shape.KvHeads, queryLength, keyLength, shape.HeadDim, shape.ValueDim);
        return new ConformanceCase
        {
            Declaration = declaration,
            Sizes = sizes,
            Query = random.Normal(sizes.QueryCount, magnitude),
            Key = random.Normal(sizes.KeyCount),
            Value = random.Normal(sizes.ValueCount),
            Inputs = CallInputs.Required(declaration, sizes, random),
            WantsLogSumExp = declaration.HasLogSumExp,
        };
    }

    public override string ToString() =>
        $"{Declaration}; batch {Sizes.Batch}, queries {Sizes.QueryLength}, keys {Sizes.KeyLength}, input {InputArrangement}, output {OutputArrangement}, threads {MaxThreads}; {Inputs}";
}
