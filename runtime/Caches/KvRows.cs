using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Keys and values in and out of a page's head, one token at a time; see <see cref="KvShape"/> for where they lie.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class KvRows
{
    private const int Lanes = KvShape.PanelTokens;

    /// <summary>Stores one key.</summary>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The token's slot in the page.</param>
    /// <param name="row"><c>[HeadDim]</c>.</param>
    /// <exception cref="ArgumentException">Int8 and an element is NaN or infinite; nothing was written.</exception>
    public static void WriteKey(KvShape shape, byte* head, int slot, float* row)
    {
        int panel = slot / Lanes, lane = slot % Lanes;
        byte* keys = head + ((nint)panel * shape.HeadDim * Lanes * shape.ElementBytes);
        float* scales = (float*)(head + shape.KeyScalesOffset) + (panel * shape.KeyScales * Lanes) + lane;
        Write(shape, keys, lane, Lanes, scales, row, shape.HeadDim);
    }

    /// <summary>Stores one value.</summary>
    /// <inheritdoc cref="WriteKey"/>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The token's slot in the page.</param>
    /// <param name="row"><c>[ValueDim]</c>.</param>
    public static void WriteValue(KvShape shape, byte* head, int slot, float* row)
    {
        byte* values = head + shape.ValuesOffset + ((nint)slot * shape.ValueStride * shape.ElementBytes);
        Write(shape, values, 0, 1, ValueScales(shape, head, slot), row, shape.ValueDim);
    }

    /// <summary>Reads one key back, as a kernel sees it.</summary>
    /// <inheritdoc cref="WriteKey" path="/param"/>
    public static void ReadKey(KvShape shape, byte* head, int slot, float* row)
    {
        int panel = slot / Lanes, lane = slot % Lanes;
        byte* keys = head + ((nint)panel * shape.HeadDim * Lanes * shape.ElementBytes);
        float* scales = (float*)(head + shape.KeyScalesOffset) + (panel * shape.KeyScales * Lanes) + lane;
        Read(shape, keys, lane, Lanes, scales, row, shape.HeadDim);
    }

    /// <summary>Reads one value back, as a kernel sees it.</summary>
    /// <inheritdoc cref="WriteValue" path="/param"/>
    public static void ReadValue(KvShape shape, byte* head, int slot, float* row)
    {
        byte* values = head + shape.ValuesOffset + ((nint)slot * shape.ValueStride * shape.ElementBytes);
        Read(shape, values, 0, 1, ValueScales(shape, head, slot), row, shape.ValueDim);
    }

    /// <summary>Whether all elements of rows are finite: Int8 stores no others.</summary>
    /// <param name="rows"><c>[count, dim]</c>.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="count">Rows.</param>
    /// <param name="dim">Elements of a row.</param>
    public static bool AreFinite(float* rows, long stride, int count, int dim)
    {
        for (int n = 0; n < count; n++)
        {
            for (int c = 0; c < dim; c++)
            {
                if (!float.IsFinite(rows[(n * stride) + c]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static float* ValueScales(KvShape shape, byte* head, int slot) =>
        (float*)(head + shape.ValueScalesOffset) + (slot / Lanes * shape.ValueScales * Lanes) + (slot % Lanes);

    private static void Write(KvShape shape, byte* elements, int first, int step, float* scales, float* row, int dim)
    {
        switch (shape.Precision)
        {
            case KvPrecision.Single:
                for (int c = 0; c < dim; c++)
                {
                    ((float*)elements)[first + (c * step)] = row[c];
                }

                break;
            case KvPrecision.Half:
                for (int c = 0; c < dim; c++)
                {
                    ((ushort*)elements)[first + (c * step)] = StoredFloats.ToHalf(row[c]);
                }

                break;
            case KvPrecision.BFloat16:
                for (int c = 0; c < dim; c++)
                {
                    ((ushort*)elements)[first + (c * step)] = StoredFloats.ToBFloat16(row[c]);
                }

                break;
            default:
                Quantise(shape, (sbyte*)elements + first, step, scales, row, dim);
                break;
        }
    }

    private static void Quantise(KvShape shape, sbyte* elements, int step, float* scales, float* row, int dim)
    {
        if (!AreFinite(row, 0, 1, dim))
        {
            throw new ArgumentException("A row holds a NaN or an infinite element, which Int8 can't store.", nameof(row));
        }

        int block = shape.QuantBlock == 0 ? dim : shape.QuantBlock;
        for (int from = 0; from < dim; from += block, scales += Lanes)
        {
            float largest = 0f;
            for (int c = from; c < from + block; c++)
            {
                largest = Math.Max(largest, Math.Abs(row[c]));
            }

            float scale = StoredFloats.Int8Scale(largest);
            *scales = scale;
            for (int c = from; c < from + block; c++)
            {
                elements[c * step] = StoredFloats.ToInt8(row[c], scale);
            }
        }
    }

    private static void Read(KvShape shape, byte* elements, int first, int step, float* scales, float* row, int dim)
    {
        int block = shape.QuantBlock == 0 ? dim : shape.QuantBlock;
        for (int c = 0; c < dim; c++)
        {
            int at = first + (c * step);
            row[c] = shape.Precision switch
            {
                KvPrecision.Single => ((float*)elements)[at],
                KvPrecision.Half => StoredFloats.FromHalf(((ushort*)elements)[at]),
                KvPrecision.BFloat16 => StoredFloats.FromBFloat16(((ushort*)elements)[at]),
                _ => ((sbyte*)elements)[at] * scales[c / block * Lanes],
            };
        }
    }
}
