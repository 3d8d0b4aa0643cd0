namespace AttentionGen;

/// <summary>The geometry of one layer's KV cache, and how it lies in memory: pages of tokens, within a page one stretch per KV head.</summary>
/// <remarks>
/// A page is 64-byte aligned and holds <see cref="PageTokens"/> tokens of all KV heads; where pages are shared, head h begins at <c>page + h * HeadBytes</c>, and otherwise all
/// pages of head 0 come before those of head 1, <c>HeadBytes</c> apart. Within a head, each part 64-byte aligned:
/// keys, panels of 16 tokens <c>[PageTokens / 16][HeadDim][16]</c>; their scales, Int8 only, <c>[PageTokens / 16][KeyScales][16]</c> floats;
/// values <c>[PageTokens][ValueStride]</c>, padding zero; their scales, Int8 only, <c>[PageTokens / 16][ValueScales][16]</c> floats.
/// Paging after PagedAttention (Kwon et al. 2023). Two shapes are equal when all six parameters are.
/// </remarks>
public sealed record KvShape
{
    /// <summary>Tokens of a panel: keys are stored transposed in panels of so many.</summary>
    public const int PanelTokens = 16;

    private const int LineBytes = 64;

    /// <summary>A geometry.</summary>
    /// <param name="kvHeads">KV heads, at least 1.</param>
    /// <param name="headDim">Features of a key, at least 1.</param>
    /// <param name="valueDim">Features of a value, at least 1.</param>
    /// <param name="precision">How elements are stored.</param>
    /// <param name="quantBlock">Int8 only: features that share a scale, a divisor of <paramref name="headDim"/> and <paramref name="valueDim"/>; 0: all features of a token and head.</param>
    /// <param name="pageTokens">Tokens of a page, a multiple of 16.</param>
    /// <exception cref="ArgumentException">A parameter is out of its range, or a page would be 2 GiB or more.</exception>
    public KvShape(int kvHeads, int headDim, int valueDim, KvPrecision precision = KvPrecision.Single, int quantBlock = 0, int pageTokens = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(valueDim, 1);
        CheckPrecision(precision, quantBlock, headDim, valueDim);
        if (pageTokens < PanelTokens || pageTokens % PanelTokens != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(pageTokens), pageTokens, $"Expected a positive multiple of {PanelTokens}.");
        }

        KvHeads = kvHeads;
        HeadDim = headDim;
        ValueDim = valueDim;
        Precision = precision;
        QuantBlock = quantBlock;
        PageTokens = pageTokens;
        Int128 valueStride = RoundUp(valueDim, PanelTokens);
        Int128 keyScalesAt = RoundUp((Int128)pageTokens * headDim * ElementBytes, LineBytes);
        Int128 valuesAt = keyScalesAt + ((Int128)pageTokens * KeyScales * sizeof(float));
        Int128 valueScalesAt = RoundUp(valuesAt + (pageTokens * valueStride * ElementBytes), LineBytes);
        Int128 headBytes = valueScalesAt + ((Int128)pageTokens * ValueScales * sizeof(float));
        if (headBytes * kvHeads > int.MaxValue)
        {
            throw new ArgumentException($"A page of {pageTokens} tokens, {kvHeads} KV heads of {headDim} and {valueDim} features would take {headBytes * kvHeads} bytes; expected less than 2 GiB.", nameof(pageTokens));
        }

        ValueStride = (int)valueStride;
        KeyScalesOffset = (int)keyScalesAt;
        ValuesOffset = (int)valuesAt;
        ValueScalesOffset = (int)valueScalesAt;
        HeadBytes = (int)headBytes;
    }

    /// <summary>KV heads.</summary>
    public int KvHeads { get; }

    /// <summary>Features of a key.</summary>
    public int HeadDim { get; }

    /// <summary>Features of a value.</summary>
    public int ValueDim { get; }

    /// <summary>How elements are stored.</summary>
    public KvPrecision Precision { get; }

    /// <summary>Int8 only: features that share a scale; 0: all features of a token and head.</summary>
    public int QuantBlock { get; }

    /// <summary>Tokens of a page.</summary>
    public int PageTokens { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => Precision switch
    {
        KvPrecision.Single => 4,
        KvPrecision.Int8 => 1,
        _ => 2,
    };

    /// <summary>Scales of one key: 0 unless Int8.</summary>
    public int KeyScales => Scales(HeadDim);

    /// <summary>Scales of one value: 0 unless Int8.</summary>
    public int ValueScales => Scales(ValueDim);

    /// <summary>Elements from one value to the next: <see cref="ValueDim"/> rounded up to 16.</summary>
    public int ValueStride { get; }

    /// <summary>Bytes from a head's start, where its keys are, to the keys' scales.</summary>
    public int KeyScalesOffset { get; }

    /// <summary>Bytes from a head's start to its values.</summary>
    public int ValuesOffset { get; }

    /// <summary>Bytes from a head's start to the values' scales.</summary>
    public int ValueScalesOffset { get; }

    /// <summary>Bytes of one head of a page, a multiple of 64.</summary>
    public int HeadBytes { get; }

    /// <summary>Bytes of a page.</summary>
    public int PageBytes => HeadBytes * KvHeads;

    /// <summary>Bytes that one token takes on average, over all heads, scales and padding included.</summary>
    public double BytesPerToken => (double)PageBytes / PageTokens;

    /// <summary>Pages that <paramref name="tokens"/> tokens take.</summary>
    public int PagesFor(int tokens) => (int)(((long)tokens + PageTokens - 1) / PageTokens);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{KvHeads} KV heads, head dim {HeadDim}, value dim {ValueDim}, {Precision}{(QuantBlock == 0 ? "" : $" in blocks of {QuantBlock}")}, pages of {PageTokens}";

    private int Scales(int dim) => Precision != KvPrecision.Int8 ? 0 : QuantBlock == 0 ? 1 : dim / QuantBlock;

    private static void CheckPrecision(KvPrecision precision, int quantBlock, int headDim, int valueDim)
    {
        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "Expected Single, Half, BFloat16 or Int8.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(quantBlock);
        if (quantBlock != 0 && precision != KvPrecision.Int8)
        {
            throw new ArgumentException($"Only Int8 has scales; expected 0 with {precision}, but got {quantBlock}.", nameof(quantBlock));
        }

        if (quantBlock != 0 && (headDim % quantBlock != 0 || valueDim % quantBlock != 0))
        {
            throw new ArgumentException($"Expected a divisor of the head dim {headDim} and the value dim {valueDim}, or 0, but got {quantBlock}.", nameof(quantBlock));
        }
    }

    private static Int128 RoundUp(Int128 count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
