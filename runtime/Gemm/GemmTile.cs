using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace AttentionGen.Kernels;

/// <summary>The register tile of one SIMD tier.</summary>
internal readonly unsafe struct GemmTile
{
    /// <summary>Rows of every tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of the widest tile.</summary>
    public const int MostColumns = 64;

    private GemmTile(int columns, delegate*<float*, float*, int, float*, nint, float*, nint, int, void> sweep)
    {
        Columns = columns;
        Sweep = sweep;
    }

    /// <summary>Columns of the tile.</summary>
    public int Columns { get; }

    /// <summary>See <see cref="Tile6x4.Sweep"/>.</summary>
    public delegate*<float*, float*, int, float*, nint, float*, nint, int, void> Sweep { get; }

    /// <summary>The tile for a strip of <paramref name="width"/> columns of a tier that <see cref="SimdTiers.Resolve"/> gave: half as wide where that is enough.</summary>
    public static GemmTile For(SimdTier tier, int width) =>
        tier == SimdTier.Vector512 && width <= 2 * Lanes512.Count ? new(2 * Lanes512.Count, &Tile6x2.Sweep<Vector512<float>, Lanes512>) : For(tier);

    /// <summary>The tile for a tier that <see cref="SimdTiers.Resolve"/> gave.</summary>
    public static GemmTile For(SimdTier tier) => tier switch
    {
        SimdTier.Vector512 => new(4 * Lanes512.Count, &Tile6x4.Sweep<Vector512<float>, Lanes512>),
        SimdTier.Vector256 => new(2 * Lanes256.Count, &Tile6x2.Sweep<Vector256<float>, Lanes256>),
        SimdTier.Vector128 when AdvSimd.Arm64.IsSupported => new(4 * Lanes128.Count, &Tile6x4.Sweep<Vector128<float>, Lanes128>),
        SimdTier.Vector128 => new(2 * Lanes128.Count, &Tile6x2.Sweep<Vector128<float>, Lanes128>),
        _ => new(2 * Lanes1.Count, &Tile6x2.Sweep<float, Lanes1>),
    };
}
