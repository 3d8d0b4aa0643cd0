using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Packs keys and values of a cache as kernels pack them from tensors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CacheReading
{
    private const int PanelTokens = KvShape.PanelTokens;

    /// <summary>Tokens <paramref name="first"/>, first + step, ... of one head as a panel <c>[dims, lanes]</c>.</summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="kvHead">The head.</param>
    /// <param name="feature">The first feature.</param>
    /// <param name="dims">Features.</param>
    /// <param name="first">The first token.</param>
    /// <param name="step">From one token to the next.</param>
    /// <param name="count">Tokens, at most <paramref name="lanes"/>; what stands in the panel's other lanes is not to be used.</param>
    /// <param name="panel">Receives the panel.</param>
    /// <param name="lanes">Tokens of a panel, a divisor of 16.</param>
    public static void Panel(CacheView* cache, int kvHead, int feature, int dims, int first, int step, int count, float* panel, int lanes)
    {
        if (step > 1 || first % lanes != 0)
        {
            Gather(cache, kvHead, feature, dims, first, step, count, panel, lanes);
            return;
        }

        int slot = first % cache->PageTokens, lane = slot % PanelTokens;
        byte* head = cache->Head(first, kvHead);
        byte* keys = head + (((nint)(slot - lane) * cache->HeadDim) + (feature * PanelTokens) + lane) * cache->ElementBytes;
        float* scales = KeyScales(cache, head, slot);
        for (int c = 0; c < dims; c++)
        {
            float* row = panel + (c * lanes);
            Widen(cache, keys + ((nint)c * PanelTokens * cache->ElementBytes), row, lanes);
            if (cache->KeyScales > 0)
            {
                float* scale = scales + ((feature + c) * cache->KeyScales / cache->HeadDim * PanelTokens);
                for (int n = 0; n < lanes; n++)
                {
                    row[n] *= scale[n];
                }
            }
        }
    }

    /// <summary>Tokens from..to of one head as rows of <paramref name="stride"/> floats, zero-padded; false when an element is infinite or NaN.</summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="kvHead">The head.</param>
    /// <param name="block">The number of the first packed row.</param>
    /// <param name="from">The first row.</param>
    /// <param name="to">One past the last row.</param>
    /// <param name="step">Tokens from one row to the next: row j is token j * step.</param>
    /// <param name="packed">Row <paramref name="block"/>.</param>
    /// <param name="stride">Floats from one row to the next, at least the value dim and less than 16 more.</param>
    public static bool Values(CacheView* cache, int kvHead, int block, int from, int to, int step, float* packed, int stride)
    {
        float check = 0f;
        for (int j = from; j < to; j++)
        {
            int token = j * step, slot = token % cache->PageTokens;
            byte* head = cache->Head(token, kvHead);
            float* row = packed + ((nint)(j - block) * stride);
            Widen(cache, head + cache->ValuesOffset + ((nint)slot * cache->ValueStride * cache->ElementBytes), row, stride);
            if (cache->ValueScales > 0)
            {
                Scale(cache, head, slot, row);
            }

            for (int c = 0; c < stride; c++)
            {
                check += row[c] * 0f;
            }
        }

        return check == 0f;
    }

    private static void Widen(CacheView* cache, byte* source, float* target, int count) => StoredRows.Widen(cache->Precision, source, 1f, target, count, SimdTiers.Best);

    private static void Scale(CacheView* cache, byte* head, int slot, float* row)
    {
        float* scales = (float*)(head + cache->ValueScalesOffset) + (slot / PanelTokens * cache->ValueScales * PanelTokens) + (slot % PanelTokens);
        int block = cache->ValueDim / cache->ValueScales;
        for (int c = 0; c < cache->ValueDim; c++)
        {
            row[c] *= scales[c / block * PanelTokens];
        }
    }

    private static float* KeyScales(CacheView* cache, byte* head, int slot) =>
        (float*)(head + cache->KeyScalesOffset) + (slot / PanelTokens * cache->KeyScales * PanelTokens) + (slot % PanelTokens);

    private static void Gather(CacheView* cache, int kvHead, int feature, int dims, int first, int step, int count, float* panel, int lanes)
    {
        for (int n = 0; n < lanes; n++)
        {
            int token = first + (n * step), slot = token % cache->PageTokens, lane = slot % PanelTokens;
            byte* head = n < count ? cache->Head(token, kvHead) : null;
            for (int c = 0; c < dims; c++)
            {
                panel[(c * lanes) + n] = head == null ? 0f : Key(cache, head, slot, lane, feature + c);
            }
        }
    }

    private static float Key(CacheView* cache, byte* head, int slot, int lane, int feature)
    {
        float element;
        Widen(cache, head + (((nint)(slot - lane) * cache->HeadDim) + (feature * PanelTokens) + lane) * cache->ElementBytes, &element, 1);
        return cache->KeyScales == 0 ? element : element * KeyScales(cache, head, slot)[feature * cache->KeyScales / cache->HeadDim * PanelTokens];
    }
}
