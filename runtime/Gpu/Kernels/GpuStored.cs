using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>Elements of 16 bits in the vectors of a cache: eight of them in four floats' bits, the first of each two in the lower half.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuStored
{
    private const uint Upper = 0xFFFF0000, Magnitude = 0x7FFFFFFF, Infinity = 0x7F800000, QuietBit = 0x00400000;

    /// <summary>The bfloat16 in the lower half.</summary>
    public static float LowerBFloat16(float pair) => Interop.IntAsFloat(Interop.FloatAsInt(pair) << 16);

    /// <summary>The bfloat16 in the upper half.</summary>
    public static float UpperBFloat16(float pair) => Interop.IntAsFloat(Interop.FloatAsInt(pair) & Upper);

    /// <summary>The binary16 in the lower half.</summary>
    public static float LowerHalf(float pair) => (float)Interop.IntAsFloat((ushort)Interop.FloatAsInt(pair));

    /// <summary>The binary16 in the upper half.</summary>
    public static float UpperHalf(float pair) => (float)Interop.IntAsFloat((ushort)(Interop.FloatAsInt(pair) >> 16));

    /// <summary>The nearest bfloat16, halves to even, as the host rounds; a NaN stays one.</summary>
    public static uint BFloat16(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint rounded = bits + 0x7FFF + ((bits >> 16) & 1);
        return (((bits & Magnitude) > Infinity ? bits | QuietBit : rounded) >> 16) & 0xFFFF;
    }

    /// <summary>The nearest binary16, halves to even.</summary>
    public static uint Half(float value) => Interop.FloatAsInt((ILGPU.Half)value);
}
