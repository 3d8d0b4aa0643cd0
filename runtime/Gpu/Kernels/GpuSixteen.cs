using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>Floats of 16 bits, in pairs: half (IEEE binary16) and bfloat16, rounded to the nearest, halves to even. In whole numbers, so that every device does the same.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuSixteen
{
    private const uint Sign = 0x8000u, SizeOfSingle = 0x7FFFFFFFu, InfiniteSingle = 0x7F800000u, InfiniteHalf = 0x7C00u;

    // 65520: from here on the nearest half is infinite. 2^-14: the least half with all its bits.
    private const uint PastHalf = 0x477FF000u, LeastNormalHalf = 0x38800000u;

    /// <summary>Two floats as bfloat16, the first in the lower half.</summary>
    public static uint PackBrain(float low, float high) => RoundBrain(low) | (RoundBrain(high) << 16);

    /// <summary>Two floats as half, the first in the lower half.</summary>
    public static uint PackHalf(float low, float high) => RoundHalf(low) | (RoundHalf(high) << 16);

    /// <summary>A bfloat16 in the lower bits.</summary>
    public static float WidenBrain(uint bits) => Interop.IntAsFloat(bits << 16);

    /// <summary>A half in the lower bits.</summary>
    public static float WidenHalf(uint bits)
    {
        uint sign = (bits & Sign) << 16, size = bits & ~Sign & 0xFFFFu;
        if (size >= InfiniteHalf)
        {
            return Interop.IntAsFloat(sign | InfiniteSingle | ((size & 0x3FFu) << 13));
        }

        if (size < 0x400u)
        {
            float small = (int)size * 5.9604645e-8f; // 2^-24
            return sign == 0u ? small : -small;
        }

        return Interop.IntAsFloat(sign | ((size << 13) + LeastNormalHalf - (0x400u << 13)));
    }

    /// <summary>A float as bfloat16, in the lower bits.</summary>
    public static uint RoundBrain(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        return (bits & SizeOfSingle) > InfiniteSingle ? (bits >> 16) | 0x40u : (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    }

    /// <summary>A float as half, in the lower bits.</summary>
    public static uint RoundHalf(float value)
    {
        uint bits = Interop.FloatAsInt(value), sign = (bits >> 16) & Sign, size = bits & SizeOfSingle;
        if (size > InfiniteSingle)
        {
            return sign | InfiniteHalf | 0x200u;
        }

        if (size >= PastHalf)
        {
            return sign | InfiniteHalf;
        }

        if (size < LeastNormalHalf)
        {
            // The last bit of 0.5 is 2^-24, which is that of the smallest halves: the sum rounds as they do.
            return sign | (Interop.FloatAsInt(Interop.IntAsFloat(size) + 0.5f) - 0x3F000000u);
        }

        return sign | ((size - LeastNormalHalf + (0x400u << 13) + 0xFFFu + ((size >> 13) & 1u)) >> 13);
    }
}
