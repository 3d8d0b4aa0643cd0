using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Keys and values in and out of one head of a page; see <see cref="KvShape"/> for where they lie.</summary>
/// <remarks>Slots are trusted to lie in the page, pointers to hold what their shapes say. Every tier stores the same bits.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class KvRows
{
    private const int Lanes = KvShape.PanelTokens;

    /// <summary>Features that are on their way at once.</summary>
    private const int Chunk = 64;

    /// <summary>Stores one key.</summary>
    /// <inheritdoc cref="WriteKeys(KvShape, byte*, int, int, float*, long)" path="/exception"/>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The token's slot in the page.</param>
    /// <param name="row"><c>[HeadDim]</c>.</param>
    public static void WriteKey(KvShape shape, byte* head, int slot, float* row) => WriteKeys(shape, head, slot, 1, row, 0);

    /// <summary>Stores one value.</summary>
    /// <inheritdoc cref="WriteKeys(KvShape, byte*, int, int, float*, long)" path="/exception"/>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The token's slot in the page.</param>
    /// <param name="row"><c>[ValueDim]</c>.</param>
    public static void WriteValue(KvShape shape, byte* head, int slot, float* row) => WriteValues(shape, head, slot, 1, row, 0);

    /// <summary>Stores keys of successive tokens; whole panels are transposed in registers.</summary>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The first token's slot in the page.</param>
    /// <param name="count">Tokens; <paramref name="slot"/> + count is at most the page's.</param>
    /// <param name="rows"><c>[count, HeadDim]</c>.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <exception cref="ArgumentException">Int8 and an element is NaN or infinite; nothing was written.</exception>
    public static void WriteKeys(KvShape shape, byte* head, int slot, int count, float* rows, long stride) =>
        WriteKeys(shape, head, slot, count, rows, stride, SimdTiers.Best);

    /// <summary>Stores values of successive tokens.</summary>
    /// <inheritdoc cref="WriteKeys(KvShape, byte*, int, int, float*, long)" path="/exception"/>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The first token's slot in the page.</param>
    /// <param name="count">Tokens; <paramref name="slot"/> + count is at most the page's.</param>
    /// <param name="rows"><c>[count, ValueDim]</c>.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    public static void WriteValues(KvShape shape, byte* head, int slot, int count, float* rows, long stride) =>
        WriteValues(shape, head, slot, count, rows, stride, SimdTiers.Best);

    /// <summary>Reads one key back, as a kernel sees it.</summary>
    /// <inheritdoc cref="WriteKey" path="/param"/>
    public static void ReadKey(KvShape shape, byte* head, int slot, float* row) => ReadKey(shape, head, slot, row, SimdTiers.Best);

    /// <summary>Reads one value back, as a kernel sees it.</summary>
    /// <inheritdoc cref="WriteValue" path="/param"/>
    public static void ReadValue(KvShape shape, byte* head, int slot, float* row) => ReadValue(shape, head, slot, row, SimdTiers.Best);

    /// <summary>Whether all elements of rows are finite: Int8 stores no others.</summary>
    /// <param name="rows"><c>[count, dim]</c>.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="count">Rows.</param>
    /// <param name="dim">Elements of a row.</param>
    public static bool AreFinite(float* rows, long stride, int count, int dim) => FirstNotFinite(rows, stride, count, dim, SimdTiers.Best) < 0;

    internal static void WriteKeys(KvShape shape, byte* head, int slot, int count, float* rows, long stride, SimdTier tier)
    {
        CheckFinite(shape, rows, stride, count, shape.HeadDim, tier);
        for (int end = slot + count; slot < end;)
        {
            int lane = slot % Lanes;
            int taken = Math.Min(Lanes - lane, end - slot);
            byte* panel = KeyPanel(shape, head, slot);
            float* scales = KeyScales(shape, head, slot);
            for (int n = 0; shape.KeyScales != 0 && n < taken; n++)
            {
                WriteScales(shape, scales + n, rows + (n * stride), shape.HeadDim, tier);
            }

            if (taken == Lanes)
            {
                TransposePanel(shape, panel, scales, rows, stride, tier);
            }
            else
            {
                for (int n = 0; n < taken; n++)
                {
                    ScatterKey(shape, panel + ((lane + n) * shape.ElementBytes), scales + n, rows + (n * stride), tier);
                }
            }

            slot += taken;
            rows += taken * stride;
        }
    }

    internal static void WriteValues(KvShape shape, byte* head, int slot, int count, float* rows, long stride, SimdTier tier)
    {
        CheckFinite(shape, rows, stride, count, shape.ValueDim, tier);
        int block = Block(shape, shape.ValueDim);
        for (int end = slot + count; slot < end; slot++, rows += stride)
        {
            byte* value = Value(shape, head, slot);
            float* scales = ValueScales(shape, head, slot);
            if (shape.ValueScales != 0)
            {
                WriteScales(shape, scales, rows, shape.ValueDim, tier);
            }

            for (int from = 0; from < shape.ValueDim; from += block)
            {
                StoredRows.Narrow(shape.Precision, rows + from, Scale(shape, scales, from), value + (from * shape.ElementBytes), block, tier);
            }
        }
    }

    internal static void ReadKey(KvShape shape, byte* head, int slot, float* row, SimdTier tier)
    {
        byte* key = KeyPanel(shape, head, slot) + (slot % Lanes * shape.ElementBytes);
        float* scales = KeyScales(shape, head, slot);
        byte* gathered = stackalloc byte[Chunk * sizeof(float)];
        for (int from = 0; from < shape.HeadDim;)
        {
            int count = Stretch(shape, from, shape.HeadDim);
            Spread(key + ((nint)from * Lanes * shape.ElementBytes), Lanes, gathered, 1, shape.ElementBytes, count);
            StoredRows.Widen(shape.Precision, gathered, Scale(shape, scales, from), row + from, count, tier);
            from += count;
        }
    }

    internal static void ReadValue(KvShape shape, byte* head, int slot, float* row, SimdTier tier)
    {
        byte* value = Value(shape, head, slot);
        float* scales = ValueScales(shape, head, slot);
        int block = Block(shape, shape.ValueDim);
        for (int from = 0; from < shape.ValueDim; from += block)
        {
            StoredRows.Widen(shape.Precision, value + (from * shape.ElementBytes), Scale(shape, scales, from), row + from, block, tier);
        }
    }

    private static byte* KeyPanel(KvShape shape, byte* head, int slot) => head + ((nint)(slot / Lanes) * shape.HeadDim * Lanes * shape.ElementBytes);

    private static float* KeyScales(KvShape shape, byte* head, int slot) =>
        (float*)(head + shape.KeyScalesOffset) + (slot / Lanes * shape.KeyScales * Lanes) + (slot % Lanes);

    private static byte* Value(KvShape shape, byte* head, int slot) => head + shape.ValuesOffset + ((nint)slot * shape.ValueStride * shape.ElementBytes);

    private static float* ValueScales(KvShape shape, byte* head, int slot) =>
        (float*)(head + shape.ValueScalesOffset) + (slot / Lanes * shape.ValueScales * Lanes) + (slot % Lanes);

    /// <summary>Features that share a scale: all of them where there is one scale or none.</summary>
    private static int Block(KvShape shape, int dim) => shape.QuantBlock == 0 ? dim : shape.QuantBlock;

    /// <summary>The scale of feature <paramref name="from"/>; 1 where there are none.</summary>
    private static float Scale(KvShape shape, float* scales, int from) =>
        shape.Precision != KvPrecision.Int8 ? 1f : shape.QuantBlock == 0 ? *scales : scales[from / shape.QuantBlock * Lanes];

    /// <summary>Features from <paramref name="from"/> that share a scale and fit a chunk.</summary>
    private static int Stretch(KvShape shape, int from, int dim)
    {
        int block = Block(shape, dim);
        return Math.Min(Chunk, block - (from % block));
    }

    private static void WriteScales(KvShape shape, float* scales, float* row, int dim, SimdTier tier)
    {
        int block = Block(shape, dim);
        for (int from = 0; from < dim; from += block, scales += Lanes)
        {
            *scales = StoredFloats.Int8Scale(StoredRows.LargestMagnitude(row + from, block, tier));
        }
    }

    /// <summary>Writes a whole panel.</summary>
    private static void TransposePanel(KvShape shape, byte* panel, float* scales, float* rows, long stride, SimdTier tier)
    {
        if (shape.Precision == KvPrecision.Single)
        {
            PanelPacking.Transpose16(rows, stride, Lanes, shape.HeadDim, (float*)panel);
            return;
        }

        float* tile = stackalloc float[Chunk * Lanes];
        for (int from = 0; from < shape.HeadDim;)
        {
            int count = Stretch(shape, from, shape.HeadDim);
            byte* destination = panel + ((nint)from * Lanes * shape.ElementBytes);
            PanelPacking.Transpose16(rows + from, stride, Lanes, count, tile);
            if (shape.Precision == KvPrecision.Int8)
            {
                StoredRows.NarrowColumns(tile, scales + (from / Block(shape, shape.HeadDim) * Lanes), destination, count, tier);
            }
            else
            {
                StoredRows.Narrow(shape.Precision, tile, 1f, destination, count * Lanes, tier);
            }

            from += count;
        }
    }

    /// <summary>Writes one lane of a panel.</summary>
    private static void ScatterKey(KvShape shape, byte* key, float* scales, float* row, SimdTier tier)
    {
        byte* narrowed = stackalloc byte[Chunk * sizeof(float)];
        for (int from = 0; from < shape.HeadDim;)
        {
            int count = Stretch(shape, from, shape.HeadDim);
            StoredRows.Narrow(shape.Precision, row + from, Scale(shape, scales, from), narrowed, count, tier);
            Spread(narrowed, 1, key + ((nint)from * Lanes * shape.ElementBytes), Lanes, shape.ElementBytes, count);
            from += count;
        }
    }

    /// <summary>Copies elements of <paramref name="size"/> bytes, every so many elements.</summary>
    private static void Spread(byte* source, int sourceStep, byte* destination, int destinationStep, int size, int count)
    {
        for (int n = 0; n < count; n++)
        {
            switch (size)
            {
                case sizeof(float):
                    ((float*)destination)[n * destinationStep] = ((float*)source)[n * sourceStep];
                    break;
                case sizeof(ushort):
                    ((ushort*)destination)[n * destinationStep] = ((ushort*)source)[n * sourceStep];
                    break;
                default:
                    destination[n * destinationStep] = source[n * sourceStep];
                    break;
            }
        }
    }

    private static void CheckFinite(KvShape shape, float* rows, long stride, int count, int dim, SimdTier tier)
    {
        int row = shape.Precision == KvPrecision.Int8 ? FirstNotFinite(rows, stride, count, dim, tier) : -1;
        if (row >= 0)
        {
            throw new ArgumentException($"Row {row} holds a NaN or an infinite element, which Int8 can't store.", nameof(rows));
        }
    }

    private static int FirstNotFinite(float* rows, long stride, int count, int dim, SimdTier tier)
    {
        for (int row = 0; row < count; row++, rows += stride)
        {
            if (!StoredRows.IsFinite(rows, dim, tier))
            {
                return row;
            }
        }

        return -1;
    }
}
