using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using AttentionGen.Kernels;

namespace AttentionGen;

/// <content>A sequence to and from a stream: a header, its panels of 16 tokens, a CRC-32C of all that.</content>
public abstract unsafe partial class KvCache
{
    /// <summary>Writes a sequence's committed tokens. Caches of the same shape read them back, whatever their kind and <see cref="KvShape.PageTokens"/>.</summary>
    /// <param name="stream">Where to; several sequences may follow one another.</param>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <inheritdoc cref="Length" path="/exception"/>
    public void Save(Stream stream, int sequence)
    {
        ArgumentNullException.ThrowIfNull(stream);
        KvSequence view = View(sequence);
        KvStreamHeader header = KvStreamHeader.Of(in view, Shape);
        byte[] bytes = new byte[Math.Max(KvPanelBytes.Count(Shape), KvStreamHeader.Bytes)];
        header.CopyTo(bytes, Shape);
        stream.Write(bytes, 0, KvStreamHeader.Bytes);
        uint check = Add(uint.MaxValue, bytes.AsSpan(0, KvStreamHeader.Bytes));
        Span<byte> panel = bytes.AsSpan(0, KvPanelBytes.Count(Shape));
        for (int token = 0; token < view.Length; token = Next(token, view.Length))
        {
            for (int h = 0; h < Shape.KvHeads && header.Holds(token); h++)
            {
                byte* head = view.Head(token / Shape.PageTokens, h);
                KvPanelBytes.Save(Shape, head, token % Shape.PageTokens, panel);
                stream.Write(panel);
                check = Add(check, panel);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes, ~check);
        stream.Write(bytes, 0, sizeof(uint));
    }

    /// <summary>Reads what <see cref="Save"/> wrote into an empty sequence. Numbers are taken as they come: load only what you trust.</summary>
    /// <param name="stream">From where; it is left after the sequence.</param>
    /// <param name="sequence">A sequence of this cache whose length is 0.</param>
    /// <inheritdoc cref="Length" path="/exception"/>
    /// <exception cref="InvalidOperationException">The sequence is not empty, or there is no room; the cache is unchanged.</exception>
    /// <exception cref="InvalidDataException">The stream holds something else, another shape or version, too few tokens, ends early or is damaged; the cache is unchanged.</exception>
    public void Load(Stream stream, int sequence)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ref KvSequenceState state = ref Find(sequence);
        if (state.Length != 0)
        {
            throw new InvalidOperationException($"Sequence {sequence} holds {state.Length} tokens; expected an empty one to load into. Truncate it to 0 first.");
        }

        Span<byte> bytes = stackalloc byte[KvStreamHeader.Bytes];
        ReadAll(stream, bytes, "the header of a KV sequence");
        KvStreamHeader header = KvStreamHeader.Parse(bytes, Shape);
        EndReservation(ref state);
        int capacity = Capacity(sequence);
        if (header.Length > capacity)
        {
            throw new InvalidOperationException($"The stream holds {header.Length} tokens; sequence {sequence} can reach {capacity}.");
        }

        MapLoaded(ref state, in header);
        state.ReservedEnd = header.Length;
        bool isComplete = false;
        try
        {
            ReadPanels(stream, in header, in state, Add(uint.MaxValue, bytes));
            isComplete = true;
        }
        finally
        {
            if (isComplete)
            {
                state.Length = header.Length;
                ClearTail(in state);
            }
            else
            {
                Shorten(ref state, 0);
            }
        }
    }

    private void ReadPanels(Stream stream, in KvStreamHeader header, in KvSequenceState state, uint check)
    {
        Span<byte> panel = new byte[KvPanelBytes.Count(Shape)];
        KvSequence view = View(in state);
        for (int token = 0; token < header.Length; token = Next(token, header.Length))
        {
            bool isHeld = token / Shape.PageTokens < view.FixedPages || token >= view.FirstToken;
            for (int h = 0; h < Shape.KvHeads && header.Holds(token); h++)
            {
                ReadAll(stream, panel, $"tokens {token} to {Math.Min(Next(token, header.Length), header.Length) - 1} of {header.Length}, head {h}");
                check = Add(check, panel);
                if (isHeld)
                {
                    KvPanelBytes.Load(Shape, view.Head(token / Shape.PageTokens, h), token % Shape.PageTokens, panel);
                }
            }
        }

        Span<byte> written = stackalloc byte[sizeof(uint)];
        ReadAll(stream, written, "the checksum of a KV sequence");
        if (BinaryPrimitives.ReadUInt32LittleEndian(written) != ~check)
        {
            throw new InvalidDataException("The stream is damaged: what it holds does not give its CRC-32C.");
        }
    }

    /// <summary>Slots behind the last token are zero, whatever the stream held there.</summary>
    private void ClearTail(in KvSequenceState state)
    {
        if (state.Length % Shape.PageTokens != 0)
        {
            ClearSlots(in state, state.Length, Shape.PageTokens);
        }
    }

    /// <summary>The next panel's first token, or the end.</summary>
    private static int Next(int token, int length) => length - token <= KvShape.PanelTokens ? length : token + KvShape.PanelTokens;

    private static void ReadAll(Stream stream, Span<byte> bytes, string what)
    {
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (got < bytes.Length)
        {
            throw new InvalidDataException($"The stream ends {got} bytes into {what}; expected {bytes.Length} bytes.");
        }
    }

    private static uint Add(uint check, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            check = BitOperations.Crc32C(check, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte last in bytes[(bytes.Length & ~7)..])
        {
            check = BitOperations.Crc32C(check, last);
        }

        return check;
    }
}
