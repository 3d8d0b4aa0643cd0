using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <summary>The kernels of <see cref="GemvCall"/> for one precision and one tier: for 1, 2, 3 and 4 rows.</summary>
internal readonly unsafe struct GemvSweeps
{
    /// <summary>Rows of one sweep at most.</summary>
    public const int MostRows = 4;

    private readonly delegate*<float*, nint, byte*, int, float*, nint, int, void> one;
    private readonly delegate*<float*, nint, byte*, int, float*, nint, int, void> two;
    private readonly delegate*<float*, nint, byte*, int, float*, nint, int, void> three;
    private readonly delegate*<float*, nint, byte*, int, float*, nint, int, void> four;

    private GemvSweeps(
        delegate*<float*, nint, byte*, int, float*, nint, int, void> one,
        delegate*<float*, nint, byte*, int, float*, nint, int, void> two,
        delegate*<float*, nint, byte*, int, float*, nint, int, void> three,
        delegate*<float*, nint, byte*, int, float*, nint, int, void> four)
    {
        this.one = one;
        this.two = two;
        this.three = three;
        this.four = four;
    }

    /// <summary>The kernels for a precision, and a tier that <see cref="SimdTiers.Resolve"/> gave.</summary>
    public static GemvSweeps For(WeightPrecision precision, SimdTier tier) => precision switch
    {
        WeightPrecision.BFloat16 => For<BFloat16Format>(tier),
        WeightPrecision.Int8 => For<Int8Format>(tier),
        _ => For<SingleFormat>(tier),
    };

    /// <summary>The kernel for a number of rows; see <see cref="GemvTile.Sweep"/>.</summary>
    public delegate*<float*, nint, byte*, int, float*, nint, int, void> For(int rows) => rows switch
    {
        1 => one,
        2 => two,
        3 => three,
        _ => four,
    };

    private static GemvSweeps For<TFormat>(SimdTier tier)
        where TFormat : IStoredFormat => tier switch
        {
            SimdTier.Vector512 => For<TFormat, Vector512<float>, Lanes512>(),
            SimdTier.Vector256 => For<TFormat, Vector256<float>, Lanes256>(),
            SimdTier.Vector128 => For<TFormat, Vector128<float>, Lanes128>(),
            _ => For<TFormat, float, Lanes1>(),
        };

    private static GemvSweeps For<TFormat, TVector, TLanes>()
        where TFormat : IStoredFormat
        where TLanes : IStoredLanes<TVector> => new(
            &GemvTile.Sweep<TVector, TLanes, TFormat, GemvTile.One>,
            &GemvTile.Sweep<TVector, TLanes, TFormat, GemvTile.Two>,
            &GemvTile.Sweep<TVector, TLanes, TFormat, GemvTile.Three>,
            &GemvTile.Sweep<TVector, TLanes, TFormat, GemvTile.Four>);
}
