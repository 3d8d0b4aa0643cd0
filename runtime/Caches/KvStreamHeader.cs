using System.Buffers.Binary;

namespace AttentionGen.Kernels;

/// <summary>What a stream says of the sequence that follows: twelve little-endian 32-bit words.</summary>
internal readonly struct KvStreamHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = Words * sizeof(int);

    private const int Words = 12;
    private const ulong Magic = 0x6568_6361_4356_4B41;
    private const int Version = 1;

    /// <summary>Tokens of the sequence.</summary>
    public int Length { get; private init; }

    /// <summary>Leading tokens that the stream holds, a multiple of 16 that may lie past the end.</summary>
    public int FixedTokens { get; private init; }

    /// <summary>The stream also holds the tokens from here on: a multiple of 16; 0: it holds all.</summary>
    public int FirstToken { get; private init; }

    /// <summary>Whether no token is missing.</summary>
    public bool HoldsAll => FirstToken <= FixedTokens;

    /// <summary>The header of a sequence.</summary>
    public static KvStreamHeader Of(in KvSequence sequence, KvShape shape) => new()
    {
        Length = sequence.Length,
        FixedTokens = sequence.FixedPages * shape.PageTokens,
        FirstToken = sequence.FirstToken,
    };

    /// <summary>The header in bytes.</summary>
    public void CopyTo(Span<byte> destination, KvShape shape)
    {
        Span<int> words = [0, 0, Version, shape.KvHeads, shape.HeadDim, shape.ValueDim, (int)shape.Precision, shape.QuantBlock, Length, FixedTokens, FirstToken, 0];
        for (int n = 0; n < Words; n++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination[(n * sizeof(int))..], words[n]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, Magic);
    }

    /// <summary>Checks what was read against the cache's shape.</summary>
    /// <exception cref="InvalidDataException">It is no header, of another version, of another shape, or impossible.</exception>
    public static KvStreamHeader Parse(ReadOnlySpan<byte> bytes, KvShape shape)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("The stream does not hold a saved KV sequence: it does not begin with \"AKVCache\".");
        }

        Span<int> words = stackalloc int[Words];
        for (int n = 0; n < Words; n++)
        {
            words[n] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(n * sizeof(int))..]);
        }

        if (words[2] != Version)
        {
            throw new InvalidDataException($"The stream holds a KV sequence of version {words[2]}; expected {Version}.");
        }

        if (words[3] != shape.KvHeads || words[4] != shape.HeadDim || words[5] != shape.ValueDim || words[6] != (int)shape.Precision || words[7] != shape.QuantBlock)
        {
            throw new InvalidDataException(
                $"The stream holds a KV sequence of {words[3]} KV heads, head dim {words[4]}, value dim {words[5]}, {(KvPrecision)words[6]}, quantisation block {words[7]}; the cache has "
                + $"{shape.KvHeads} KV heads, head dim {shape.HeadDim}, value dim {shape.ValueDim}, {shape.Precision}, quantisation block {shape.QuantBlock}.");
        }

        KvStreamHeader header = new() { Length = words[8], FixedTokens = words[9], FirstToken = words[10] };
        bool isPossible = header.Length >= 0 && header.FixedTokens >= 0 && header.FirstToken >= 0 && header.FirstToken <= header.Length
            && header.FixedTokens % KvShape.PanelTokens == 0 && header.FirstToken % KvShape.PanelTokens == 0;
        return isPossible
            ? header
            : throw new InvalidDataException($"The stream's header is damaged: {header.Length} tokens, of which it holds the first {header.FixedTokens} and those from {header.FirstToken} on.");
    }

    /// <summary>Whether the stream holds the panel that begins with a token.</summary>
    public bool Holds(int token) => token < FixedTokens || token >= FirstToken;

    /// <summary>The error of a stream with too few tokens.</summary>
    public InvalidDataException Lacks(string needed) => new(
        $"Of its {Length} tokens the stream holds the first {Math.Min(FixedTokens, Length)} and those from {FirstToken} on; this cache needs {needed}.");
}
