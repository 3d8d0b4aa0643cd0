namespace AttentionGen.Prebuilt;

/// <summary>A positional encoding chosen at run time: an <see cref="IInputEncoding"/>, <see cref="IRowEncoding"/> or <see cref="IScoreEncoding"/>, or none of them for "none".</summary>
public interface IPositionalEncoding
{
    /// <summary>The encoding; one of <see cref="PositionalEncodings"/>.</summary>
    string Name { get; }
}

/// <summary>An encoding that is added to a model's input, before the projections. Safe for concurrent use.</summary>
public interface IInputEncoding : IPositionalEncoding
{
    /// <summary>Writes the encodings of chosen positions.</summary>
    /// <param name="positions">Positions, each from 0 to the encoding's length.</param>
    /// <param name="encoding"><c>[positions, Dim]</c>.</param>
    /// <exception cref="ArgumentException">A position is out of range, or the span does not hold that many elements; nothing was written.</exception>
    void GetEncoding(ReadOnlySpan<int> positions, Span<float> encoding);

    /// <summary>Adds the encodings of positions 0 to <paramref name="length"/> - 1 in place.</summary>
    /// <param name="input"><c>[batch, length, Dim]</c>.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions per sequence.</param>
    /// <exception cref="ArgumentException">The span does not hold that many elements, or the length is past the limit; nothing was written.</exception>
    void AddTo(Span<float> input, int batch, int length);
}

/// <summary>An encoding of the rows of queries and keys. Safe for concurrent use.</summary>
public interface IRowEncoding : IPositionalEncoding
{
    /// <summary>Encodes every row in place, by its position.</summary>
    /// <param name="rows"><c>[batch, heads, length, Dim]</c>: queries or keys.</param>
    /// <param name="positions"><c>[length]</c>; empty: 0, 1, 2, ...</param>
    /// <exception cref="ArgumentException">The features or positions don't fit; nothing was written.</exception>
    void Apply(TensorView rows, ReadOnlySpan<int> positions = default);
}

/// <summary>An encoding that is added to scores.</summary>
public interface IScoreEncoding : IPositionalEncoding
{
    /// <summary>The bias of a call, for <see cref="AttentionArguments.Bias"/>. Where lengths differ, the last query stands at the last key.</summary>
    /// <returns><c>[1, Heads, queryLength, keyLength]</c>, in new memory: keep it for calls of the same lengths.</returns>
    ScoreBias Bias(int queryLength, int keyLength);
}
