using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <summary>Runs of stored elements as floats.</summary>
internal static unsafe class StoredRun
{
    private const int Step = 4;

    /// <summary>Widens <paramref name="count"/> consecutive elements; scales are the caller's.</summary>
    public static void Widen(KvPrecision precision, byte* source, float* target, int count)
    {
        switch (precision)
        {
            case KvPrecision.Single:
                new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
                break;
            case KvPrecision.Half:
                for (int n = 0; n < count; n++)
                {
                    target[n] = StoredFloats.FromHalf(((ushort*)source)[n]);
                }

                break;
            case KvPrecision.BFloat16:
                FromBFloat16((ushort*)source, target, count);
                break;
            default:
                FromInt8((sbyte*)source, target, count);
                break;
        }
    }

    private static void FromBFloat16(ushort* source, float* target, int count)
    {
        int n = 0;
        for (; n <= count - Step; n += Step)
        {
            Vector128<ushort> stored = Vector128.CreateScalarUnsafe(*(ulong*)(source + n)).AsUInt16();
            (Vector128.WidenLower(stored) << 16).AsSingle().Store(target + n);
        }

        for (; n < count; n++)
        {
            target[n] = StoredFloats.FromBFloat16(source[n]);
        }
    }

    private static void FromInt8(sbyte* source, float* target, int count)
    {
        int n = 0;
        for (; n <= count - Step; n += Step)
        {
            Vector128<short> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)(source + n)).AsSByte());
            Vector128.ConvertToSingle(Vector128.WidenLower(wide)).Store(target + n);
        }

        for (; n < count; n++)
        {
            target[n] = source[n];
        }
    }
}
