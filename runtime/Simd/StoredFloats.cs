using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One FP32 number to and from the forms it is stored in.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class StoredFloats
{
    /// <summary>Below this, a block's largest magnitude over 127 would be subnormal and lose its precision: such blocks are stored as zeros.</summary>
    private const float LeastQuantised = 127f * 1.17549435E-38f;

    private const float LargestInt8 = 127f;

    /// <summary>To IEEE binary16, rounded to nearest even; NaN stays NaN with the upper bits of its payload, quiet; too large becomes infinite.</summary>
    public static ushort ToHalf(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)(((bits >> 16) & 0x8000) | 0x7E00 | ((bits >> 13) & 0x3FF))
            : BitConverter.HalfToUInt16Bits((Half)value);
    }

    /// <summary>From IEEE binary16, exact.</summary>
    public static float FromHalf(ushort bits)
    {
        // As in StoredLanes: the bits in FP32's places are a number 2^112 too small.
        float value = BitConverter.Int32BitsToSingle(((short)bits << 13) & unchecked((int)0x8FFFE000)) * 5.192296858534828E+33f;
        return Math.Abs(value) > 65504f ? BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) | 0x7F800000) : value;
    }

    /// <summary>To bfloat16, rounded to nearest even; NaN stays NaN, quiet.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>From bfloat16, exact.</summary>
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The scale of a block whose largest magnitude is <paramref name="largest"/>.</summary>
    public static float Int8Scale(float largest) => largest < LeastQuantised ? 0f : largest / LargestInt8;

    /// <summary>The nearest multiple of <paramref name="scale"/>, even at ties, for a magnitude up to 127 scales; 0 when the scale is.</summary>
    public static sbyte ToInt8(float value, float scale) => scale == 0f ? (sbyte)0 : (sbyte)MathF.Round(value / scale);
}
