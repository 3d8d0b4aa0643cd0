using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen;

/// <summary>Several Philox counters at once, each word in the lower half of a 64-bit lane; what an upper half holds has no meaning.</summary>
internal unsafe interface IPhiloxLanes<TSelf>
    where TSelf : unmanaged, IPhiloxLanes<TSelf>
{
    /// <summary>Counters at once.</summary>
    static abstract int Count { get; }

    /// <summary>One word in every lane.</summary>
    static abstract TSelf Broadcast(uint word);

    /// <summary>The counters from <paramref name="first"/> on, in the order that <see cref="Store"/> expects.</summary>
    static abstract TSelf Counters(uint first);

    /// <summary>Products of words, 64 bits each.</summary>
    static abstract TSelf Product(TSelf x, TSelf y);

    /// <summary>Sums of words.</summary>
    static abstract TSelf Sum(TSelf x, TSelf y);

    /// <summary>The upper words of products, exclusive or two others.</summary>
    static abstract TSelf Mix(TSelf product, TSelf x, TSelf y);

    /// <summary>Writes the four words of each counter, counter by counter.</summary>
    static abstract void Store(TSelf a, TSelf b, TSelf c, TSelf d, uint* words);
}

/// <summary>Eight counters in 512-bit registers.</summary>
internal readonly unsafe struct PhiloxLanes512(Vector512<ulong> value) : IPhiloxLanes<PhiloxLanes512>
{
    private readonly Vector512<ulong> value = value;

    public static int Count => 8;

    public static PhiloxLanes512 Broadcast(uint word) => new(Vector512.Create((ulong)word));

    public static PhiloxLanes512 Counters(uint first) => new(Vector512.Create((ulong)first) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));

    public static PhiloxLanes512 Product(PhiloxLanes512 x, PhiloxLanes512 y) => new(Avx512F.Multiply(x.value.AsUInt32(), y.value.AsUInt32()));

    public static PhiloxLanes512 Sum(PhiloxLanes512 x, PhiloxLanes512 y) => new(x.value + y.value);

    public static PhiloxLanes512 Mix(PhiloxLanes512 product, PhiloxLanes512 x, PhiloxLanes512 y) => new((product.value >>> 32) ^ x.value ^ y.value);

    public static void Store(PhiloxLanes512 a, PhiloxLanes512 b, PhiloxLanes512 c, PhiloxLanes512 d, uint* words)
    {
        Vector512<ulong> low = Vector512.Create(0xFFFFFFFFUL);
        Vector512<ulong> first = (a.value & low) | (b.value << 32), second = (c.value & low) | (d.value << 32);
        Avx512F.UnpackLow(first, second).AsUInt32().Store(words);
        Avx512F.UnpackHigh(first, second).AsUInt32().Store(words + 16);
    }
}

/// <summary>Four counters in 256-bit registers.</summary>
internal readonly unsafe struct PhiloxLanes256(Vector256<ulong> value) : IPhiloxLanes<PhiloxLanes256>
{
    private readonly Vector256<ulong> value = value;

    public static int Count => 4;

    public static PhiloxLanes256 Broadcast(uint word) => new(Vector256.Create((ulong)word));

    public static PhiloxLanes256 Counters(uint first) => new(Vector256.Create((ulong)first) + Vector256.Create(0UL, 2, 1, 3));

    public static PhiloxLanes256 Product(PhiloxLanes256 x, PhiloxLanes256 y) => new(Avx2.Multiply(x.value.AsUInt32(), y.value.AsUInt32()));

    public static PhiloxLanes256 Sum(PhiloxLanes256 x, PhiloxLanes256 y) => new(x.value + y.value);

    public static PhiloxLanes256 Mix(PhiloxLanes256 product, PhiloxLanes256 x, PhiloxLanes256 y) => new((product.value >>> 32) ^ x.value ^ y.value);

    public static void Store(PhiloxLanes256 a, PhiloxLanes256 b, PhiloxLanes256 c, PhiloxLanes256 d, uint* words)
    {
        Vector256<ulong> low = Vector256.Create(0xFFFFFFFFUL);
        Vector256<ulong> first = (a.value & low) | (b.value << 32), second = (c.value & low) | (d.value << 32);
        Avx2.UnpackLow(first, second).AsUInt32().Store(words);
        Avx2.UnpackHigh(first, second).AsUInt32().Store(words + 8);
    }
}

/// <summary>Two counters in 128-bit registers.</summary>
internal readonly unsafe struct PhiloxLanes128(Vector128<ulong> value) : IPhiloxLanes<PhiloxLanes128>
{
    private readonly Vector128<ulong> value = value;

    /// <summary>Whether this machine multiplies words in 128-bit registers.</summary>
    public static bool IsSupported => Sse2.IsSupported || AdvSimd.IsSupported;

    public static int Count => 2;

    public static PhiloxLanes128 Broadcast(uint word) => new(Vector128.Create((ulong)word));

    public static PhiloxLanes128 Counters(uint first) => new(Vector128.Create((ulong)first) + Vector128.Create(0UL, 1));

    public static PhiloxLanes128 Product(PhiloxLanes128 x, PhiloxLanes128 y) => new(Sse2.IsSupported
        ? Sse2.Multiply(x.value.AsUInt32(), y.value.AsUInt32())
        : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(x.value), AdvSimd.ExtractNarrowingLower(y.value)));

    public static PhiloxLanes128 Sum(PhiloxLanes128 x, PhiloxLanes128 y) => new(x.value + y.value);

    public static PhiloxLanes128 Mix(PhiloxLanes128 product, PhiloxLanes128 x, PhiloxLanes128 y) => new((product.value >>> 32) ^ x.value ^ y.value);

    public static void Store(PhiloxLanes128 a, PhiloxLanes128 b, PhiloxLanes128 c, PhiloxLanes128 d, uint* words)
    {
        Vector128<ulong> low = Vector128.Create(0xFFFFFFFFUL);
        Vector128<ulong> first = (a.value & low) | (b.value << 32), second = (c.value & low) | (d.value << 32);
        Vector128.Create(first.GetLower(), second.GetLower()).AsUInt32().Store(words);
        Vector128.Create(first.GetUpper(), second.GetUpper()).AsUInt32().Store(words + 4);
    }
}
