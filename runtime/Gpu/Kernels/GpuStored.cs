using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>Elements of 16 bits in the vectors of a cache: eight of them in four floats' bits, the first of each two in the lower half.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuStored
{
    private const uint Upper = 0xFFFF0000;

    /// <summary>The bfloat16 in the lower half.</summary>
    public static float LowerBFloat16(float pair) => Interop.IntAsFloat(Interop.FloatAsInt(pair) << 16);

    /// <summary>The bfloat16 in the upper half.</summary>
    public static float UpperBFloat16(float pair) => Interop.IntAsFloat(Interop.FloatAsInt(pair) & Upper);

    /// <summary>The binary16 in the lower half.</summary>
    public static float LowerHalf(float pair) => (float)Interop.IntAsFloat((ushort)Interop.FloatAsInt(pair));

    /// <summary>The binary16 in the upper half.</summary>
    public static float UpperHalf(float pair) => (float)Interop.IntAsFloat((ushort)(Interop.FloatAsInt(pair) >> 16));

    /// <summary>The nearest bfloat16, halves to even, as the host rounds; a NaN stays one.</summary>
    public static uint BFloat16(float value) => GpuSixteen.RoundBrain(value);

    /// <summary>The nearest binary16, halves to even; a NaN stays one. ILGPU's own conversion rounds on devices and cuts off on the processor.</summary>
    public static uint Half(float value) => GpuSixteen.RoundHalf(value);
}
