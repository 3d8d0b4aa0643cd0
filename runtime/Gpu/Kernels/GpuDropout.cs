using System.ComponentModel;
using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>The same mask as <see cref="DropoutMask"/>, weight by weight.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuDropout
{
    /// <summary>A weight after dropout.</summary>
    public static float Apply(GpuAttentionCall call, GpuWork work, int row, int key, float weight)
    {
        (uint a, uint b, uint c, uint d) = Philox.Words((uint)key / 4, (uint)(work.FirstRow + row), (uint)work.Head, (uint)work.Batch, call.DropoutSeedLow, call.DropoutSeedHigh);
        uint word = (key & 3) == 0 ? a : (key & 3) == 1 ? b : (key & 3) == 2 ? c : d;
        return word >= call.DropoutThreshold ? weight * call.DropoutScale : 0f;
    }
}
