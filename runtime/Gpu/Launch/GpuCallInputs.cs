using System.Runtime.InteropServices;
using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>The small inputs of a call, which come from the host: lengths, positions, masks, learned tables.</summary>
internal static class GpuCallInputs
{
    public static void Set(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuKernel kernel, TensorLayout query, TensorLayout key, long groups, GpuWorkspace workspace)
    {
        SetLengths(ref call, description, arguments, workspace);
        SetPositions(ref call, description, arguments, query.Length, key.Length, workspace);
        SetMasks(ref call, arguments, workspace);
        SetLearned(ref call, description, arguments, workspace);
        SetDistances(ref call, description, arguments, kernel, groups, workspace);
        call.DropsWeights = Flag(arguments.DropoutSeed is not null);
        long seed = arguments.DropoutSeed ?? 0;
        (call.DropoutSeedLow, call.DropoutSeedHigh) = (unchecked((uint)seed), unchecked((uint)(seed >> 32)));
        call.DropoutThreshold = DropoutMask.Threshold(description.Dropout);
        call.DropoutScale = (float)(1 / (1 - description.Dropout));
    }

    private static void SetLengths(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuWorkspace workspace)
    {
        call.AlignsEnds = Flag(description.Alignment == CausalAlignment.BottomRight);
        call.HasKeyLengths = Flag(!arguments.KeyLengths.IsEmpty);
        call.KeyLengths = workspace.Upload("key lengths", arguments.KeyLengths);
        call.IsPacked = Flag(!arguments.CumulativeLengths.IsEmpty);
        call.CumulativeQueries = workspace.Upload("cumulative lengths", arguments.CumulativeLengths);
        call.CumulativeKeys = workspace.Upload("cumulative key lengths", arguments.CumulativeKeyLengths.IsEmpty ? arguments.CumulativeLengths : arguments.CumulativeKeyLengths);
    }

    private static void SetPositions(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, int queryLength, int keyLength, GpuWorkspace workspace)
    {
        call.HasQueryPositions = Flag(!arguments.QueryPositions.IsEmpty);
        call.HasKeyPositions = Flag(!arguments.KeyPositions.IsEmpty);
        call.QueryPositions = workspace.Upload("query positions", arguments.QueryPositions);
        call.KeyPositions = workspace.Upload("key positions", arguments.KeyPositions);
        (call.QueryPositionStride, call.QueryPositionAxisStride) = KernelLauncher.PositionStrides(description, arguments.QueryPositions.Length, queryLength);
        (call.KeyPositionStride, call.KeyPositionAxisStride) = KernelLauncher.PositionStrides(description, arguments.KeyPositions.Length, keyLength);
    }

    private static unsafe void SetMasks(ref GpuAttentionCall call, in AttentionArguments arguments, GpuWorkspace workspace)
    {
        (call.HasKeep, call.HasDrop) = (Flag(arguments.Keep.Shape != default), Flag(arguments.Drop.Shape != default));
        (call.HasBias, call.HasBlocks) = (Flag(arguments.Bias.Shape != default), Flag(arguments.Blocks is not null));
        call.HasMasks = call.HasKeep | call.HasDrop | call.HasBias | call.HasBlocks;
        call.Keep = workspace.Upload("keep mask", MemoryMarshal.AsBytes(arguments.Keep.Values));
        call.KeepStrides = KernelLauncher.Strides(arguments.Keep.Shape);
        call.Drop = workspace.Upload("drop mask", MemoryMarshal.AsBytes(arguments.Drop.Values));
        call.DropStrides = KernelLauncher.Strides(arguments.Drop.Shape);
        call.Bias = workspace.Upload("score bias", arguments.Bias.Values);
        call.BiasStrides = KernelLauncher.Strides(arguments.Bias.Shape);
        BlockTable table = KernelLauncher.Table(arguments.Blocks);
        call.Blocks = workspace.Upload("mask blocks", arguments.Blocks is null ? default : arguments.Blocks.Blocks);
        call.BlockRows = workspace.Upload("rows of mask blocks", arguments.Blocks is null ? default : arguments.Blocks.Rows);
        (call.BlockBatchStride, call.BlockHeadStride, call.KeyBlocks) = (table.BatchStride, table.HeadStride, table.KeyBlocks);
    }

    private static void SetLearned(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuWorkspace workspace)
    {
        call.Slopes = workspace.Table("slopes", description.Slopes);
        call.QueryGain = workspace.Table("query gain", KernelLauncher.Gain(description, arguments.QueryGain));
        call.KeyGain = workspace.Table("key gain", KernelLauncher.Gain(description, arguments.KeyGain));
        call.SinkLogits = workspace.Table("sink logits", arguments.SinkLogits.IsEmpty ? description.SinkLogits : arguments.SinkLogits);
    }

    private static unsafe void SetDistances(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuKernel kernel, long groups, GpuWorkspace workspace)
    {
        call.RelativeKeys = workspace.Table("relative keys", arguments.RelativeKeys);
        call.RelativeValues = workspace.Table("relative values", arguments.RelativeValues);
        call.DistanceTerms = workspace.Reserve<float>("distance terms", groups * kernel.TileRows * kernel.DistanceTermsStride);
        int stride = kernel.BucketBiasesStride;
        float[] biases = new float[description.Buckets is null ? 0 : description.Heads * stride];
        if (description.Buckets is { } buckets)
        {
            fixed (float* bias = arguments.BucketBias, table = biases)
            fixed (int* bucketOfDistance = buckets.OfDistance)
            {
                AttentionCall host = new() { BucketBias = bias, BucketOfDistance = bucketOfDistance };
                (host.BucketBiasHeadStride, host.BucketBiasStride) = description.IsBucketFirst ? (1, description.Heads) : (buckets.Count, 1);
                for (int head = 0; head < description.Heads; head++)
                {
                    DistanceBuckets.Spread(&host, head, (buckets.OfDistance.Length - 1) / 2, 1, table + (head * stride), stride);
                }
            }
        }

        call.BucketBiases = workspace.Table("bucket biases", biases);
    }

    private static int Flag(bool holds) => holds ? 1 : 0;
}
