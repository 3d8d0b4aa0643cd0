using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Kernels;

/// <summary>
/// One call of a kernel host, held on the heap: views and arguments are ref structs, which reflection can't pass, so the compiled
/// adapters and the stand-in take this and build them.
/// </summary>
public sealed class KernelCall
{
    public required TensorBuffer Query { get; init; }

    public required TensorBuffer Key { get; init; }

    public required TensorBuffer Value { get; init; }

    public required TensorBuffer Output { get; init; }

    /// <summary>Passed to the overload for contiguous data.</summary>
    public int Batch { get; init; }

    /// <summary>Passed to the overload for contiguous data.</summary>
    public int QueryLength { get; init; }

    /// <summary>Passed to the overload for contiguous data.</summary>
    public int KeyLength { get; init; }

    public CallInputs Inputs { get; init; } = CallInputs.None;

    /// <summary><c>[batch, heads, queryLength, 1]</c>, or null: not wanted.</summary>
    public TensorBuffer? LogSumExp { get; init; }

    /// <summary><c>[batch, heads, queryLength, valueDim]</c>, or null: the declaration mixes nothing in.</summary>
    public TensorBuffer? Local { get; init; }

    public int MaxThreads { get; init; }

    public SimdTier Tier { get; init; }

    public ReadOnlyTensorView QueryView => Query.View;

    public ReadOnlyTensorView KeyView => Key.View;

    public ReadOnlyTensorView ValueView => Value.View;

    public TensorView OutputView => Output.View;

    public AttentionArguments Arguments => new()
    {
        KeyLengths = Inputs.KeyLengths,
        CumulativeLengths = Inputs.CumulativeLengths,
        CumulativeKeyLengths = Inputs.CumulativeKeyLengths,
        QueryPositions = Inputs.QueryPositions,
        KeyPositions = Inputs.KeyPositions,
        LogSumExp = LogSumExp is null ? default : LogSumExp.Span,
        Keep = Inputs.Keep is { } keep ? new KeepMask(keep.Values, keep.Batch, keep.Heads, keep.Queries, keep.Keys) : default,
        Blocks = Inputs.Blocks is { } blocks ? BlockMask.FromKeep(new KeepMask(blocks.Values, blocks.Batch, blocks.Heads, blocks.Queries, blocks.Keys)) : null,
        Drop = Inputs.Drop is { } drop ? new DropMask(drop.Values, drop.Batch, drop.Heads, drop.Queries, drop.Keys) : default,
        Bias = Inputs.Bias is { } bias ? new ScoreBias(bias.Values, bias.Batch, bias.Heads, bias.Queries, bias.Keys) : default,
        RelativeKeys = Inputs.RelativeKeys,
        RelativeValues = Inputs.RelativeValues,
        BucketBias = Inputs.BucketBias,
        LocalFeatures = Local is null ? default : Local.View,
        QueryGain = Inputs.QueryGain,
        KeyGain = Inputs.KeyGain,
        SinkLogits = Inputs.SinkLogits,
        DropoutSeed = Inputs.DropoutSeed,
        MaxThreads = MaxThreads,
        Tier = Tier,
    };

    public KernelCall WithLocal(TensorBuffer? local) => With(local: (true, local));

    public KernelCall With(CallInputs? inputs = null, SimdTier? tier = null, int? maxThreads = null, TensorBuffer? query = null, TensorBuffer? key = null, TensorBuffer? value = null, TensorBuffer? output = null, TensorBuffer? logSumExp = null, int? batch = null, int? queryLength = null, int? keyLength = null, (bool Given, TensorBuffer? Value) local = default) => new()
    {
        Query = query ?? Query,
        Key = key ?? Key,
        Value = value ?? Value,
        Output = output ?? Output,
        Batch = batch ?? Batch,
        QueryLength = queryLength ?? QueryLength,
        KeyLength = keyLength ?? KeyLength,
        Inputs = inputs ?? Inputs,
        LogSumExp = logSumExp ?? LogSumExp,
        Local = local.Given ? local.Value : Local,
        MaxThreads = maxThreads ?? MaxThreads,
        Tier = tier ?? Tier,
    };
}
