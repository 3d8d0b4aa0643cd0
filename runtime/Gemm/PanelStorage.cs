using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <summary>The <see cref="PanelFormat{TFormat}"/> of a precision known only at run time.</summary>
internal readonly unsafe struct PanelStorage
{
    private readonly int scaleBytes;
    private readonly int rowBytes;
    private readonly int stretchRows;
    private readonly delegate*<float*, int, byte*, void> narrow;

    private PanelStorage(
        int panelBytes, int scaleBytes, int rowBytes, int stretchRows, delegate*<float*, int, byte*, void> narrow, delegate*<byte*, int, float*, void> widen)
    {
        PanelBytes = panelBytes;
        this.scaleBytes = scaleBytes;
        this.rowBytes = rowBytes;
        this.stretchRows = stretchRows;
        this.narrow = narrow;
        Widen = widen;
    }

    /// <summary>Bytes of a panel of one depth block.</summary>
    public int PanelBytes { get; }

    /// <summary>See <see cref="PanelFormat{TFormat}.Widen"/>.</summary>
    public delegate*<byte*, int, float*, void> Widen { get; }

    /// <summary>The storage of a precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public static PanelStorage Of(WeightPrecision precision) => precision switch
    {
        WeightPrecision.Single => Of<SingleFormat>(),
        WeightPrecision.BFloat16 => Of<BFloat16Format>(),
        WeightPrecision.Int8 => Of<Int8Format>(),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Expected Single, BFloat16 or Int8."),
    };

    /// <summary>Bytes of a panel's first rows.</summary>
    public int BytesOf(int rows) => (rows * rowBytes) + ((rows + stretchRows - 1) / stretchRows * scaleBytes);

    /// <summary>Stores up to 64 rows of a panel.</summary>
    /// <param name="rows"><c>[count, 16]</c>.</param>
    /// <param name="count">Rows.</param>
    /// <param name="destination">Where the first of them lies, or its scales.</param>
    public void Narrow(float* rows, int count, byte* destination) => narrow(rows, count, destination);

    private static PanelStorage Of<TFormat>()
        where TFormat : IStoredFormat => new(
            PanelFormat<TFormat>.PanelBytes,
            PanelFormat<TFormat>.ScaleBytes,
            PanelFormat<TFormat>.RowBytes,
            PanelFormat<TFormat>.StretchRows,
            &PanelFormat<TFormat>.Narrow,
            SimdTiers.Best switch
            {
                SimdTier.Vector512 => &PanelFormat<TFormat>.Widen<Vector512<float>, Lanes512>,
                SimdTier.Vector256 => &PanelFormat<TFormat>.Widen<Vector256<float>, Lanes256>,
                SimdTier.Vector128 => &PanelFormat<TFormat>.Widen<Vector128<float>, Lanes128>,
                _ => &PanelFormat<TFormat>.Widen<float, Lanes1>,
            });
}
