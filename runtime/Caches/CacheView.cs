using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One sequence of a KV cache as a generated kernel sees it: the pages, and what lies where in a head. See <see cref="KvShape"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct CacheView
{
    /// <summary>The pages; those of the new tokens included.</summary>
    public KvSequence Sequence;

    /// <summary>How elements are stored.</summary>
    public KvPrecision Precision;

    /// <summary>Tokens of a page.</summary>
    public int PageTokens;

    /// <summary>Features of a key.</summary>
    public int HeadDim;

    /// <summary>Features of a value.</summary>
    public int ValueDim;

    /// <summary>Elements from one value to the next.</summary>
    public int ValueStride;

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes;

    /// <summary>Scales of a key.</summary>
    public int KeyScales;

    /// <summary>Scales of a value.</summary>
    public int ValueScales;

    /// <summary>Bytes from a head's start to the scales of its keys.</summary>
    public int KeyScalesOffset;

    /// <summary>Bytes from a head's start to its values.</summary>
    public int ValuesOffset;

    /// <summary>Bytes from a head's start to the scales of its values.</summary>
    public int ValueScalesOffset;

    /// <summary>A sequence in a cache of that shape.</summary>
    public static CacheView Of(KvShape shape, KvSequence sequence) => new()
    {
        Sequence = sequence,
        Precision = shape.Precision,
        PageTokens = shape.PageTokens,
        HeadDim = shape.HeadDim,
        ValueDim = shape.ValueDim,
        ValueStride = shape.ValueStride,
        ElementBytes = shape.ElementBytes,
        KeyScales = shape.KeyScales,
        ValueScales = shape.ValueScales,
        KeyScalesOffset = shape.KeyScalesOffset,
        ValuesOffset = shape.ValuesOffset,
        ValueScalesOffset = shape.ValueScalesOffset,
    };

    /// <summary>Whether keys and values come from a cache; otherwise they are the call's own tensors.</summary>
    public readonly bool IsPresent => Sequence.Pages != null;

    /// <summary>Where a head begins in the page that holds a token.</summary>
    public readonly byte* Head(int token, int kvHead) => Sequence.Head(token / PageTokens, kvHead);
}
