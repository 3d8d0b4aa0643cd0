using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// What a recurrent attention remembers of the sequences it has read: constant memory, whatever their length. Made by the declared class
/// (<c>NewState</c>), taken on by its <c>Step</c>. One call at a time may use it.
/// </summary>
public sealed unsafe class RecurrentState : IDisposable
{
    private const uint Mark = 0x54534741; // "AGST"
    private const int HeaderBytes = 24;

    private readonly NativeFloats block = new();
    private readonly float[] start;

    /// <summary>A state of sequences that have read nothing.</summary>
    /// <param name="kernel">The class that it belongs to.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="start">One sequence's floats before it has read anything.</param>
    internal RecurrentState(object kernel, int sequences, float[] start)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequences);
        Kernel = kernel;
        Sequences = sequences;
        this.start = start;
        block.Reserve(checked((long)sequences * start.Length));
        Reset();
    }

    /// <summary>Sequences, which all steps take on together.</summary>
    public int Sequences { get; }

    /// <summary>Positions of all steps so far, padding included; of sequences laid end to end, the longest of each step.</summary>
    public long Position { get; internal set; }

    /// <summary>Native memory that it holds.</summary>
    public long Bytes => (long)Sequences * start.Length * sizeof(float);

    /// <summary>performer: the random features that it was summed under; null: any, as nothing has been read or it was loaded.</summary>
    internal RandomFeatures? Features { get; set; }

    /// <summary>The description of the kernel that it belongs to.</summary>
    internal object Kernel { get; }

    /// <summary><c>[sequences, stride]</c>.</summary>
    internal float* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(block.IsClosed, this);
            return block.Pointer;
        }
    }

    /// <summary>Floats from one sequence to the next.</summary>
    internal int Stride => start.Length;

    /// <summary>Forgets everything.</summary>
    /// <exception cref="ObjectDisposedException">The state was disposed.</exception>
    public void Reset()
    {
        for (int s = 0; s < Sequences; s++)
        {
            start.CopyTo(Sequence(s));
        }

        Position = 0;
        Features = null;
    }

    /// <summary>Takes over what another state of the same class and as many sequences remembers.</summary>
    /// <exception cref="ArgumentException">It is of another class, or of another number of sequences; nothing was copied.</exception>
    /// <exception cref="ObjectDisposedException">One of the two was disposed.</exception>
    public void CopyFrom(RecurrentState source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!ReferenceEquals(source.Kernel, Kernel) || source.Sequences != Sequences)
        {
            throw new ArgumentException($"Expected a state of the same class and {Sequences} sequences, but got one of {(ReferenceEquals(source.Kernel, Kernel) ? "it" : "another class")} and {source.Sequences}.", nameof(source));
        }

        for (int s = 0; s < Sequences; s++)
        {
            source.Sequence(s).CopyTo(Sequence(s));
        }

        Position = source.Position;
        Features = source.Features;
    }

    /// <summary>Lets one sequence take over what another one of this state remembers, as a beam search does.</summary>
    /// <param name="from">The sequence that is copied.</param>
    /// <param name="to">The sequence that is overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    public void CopySequence(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)Sequences, nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)to, (uint)Sequences, nameof(to));
        Sequence(from).CopyTo(Sequence(to));
    }

    /// <summary>Writes what it remembers: a header of 24 bytes, then FP32 numbers, all little-endian.</summary>
    /// <param name="stream">Written from its current position; left open.</param>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Sequences);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Stride);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Position);
        stream.Write(header);
        Span<byte> number = stackalloc byte[sizeof(float)];
        for (int s = 0; s < Sequences; s++)
        {
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(Sequence(s)));
                continue;
            }

            foreach (float value in Sequence(s))
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                stream.Write(number);
            }
        }
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">Read from its current position, as far as the state goes; left open.</param>
    /// <exception cref="InvalidDataException">It is no state of these sizes, or ends early; this state is as it was.</exception>
    public void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[HeaderBytes];
        bool whole = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes;
        if (!whole || BinaryPrimitives.ReadUInt32LittleEndian(header) != Mark)
        {
            throw new InvalidDataException("This is not a saved state; expected one that begins with the letters AGST.");
        }

        (int sequences, long floats, long position) = (BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt64LittleEndian(header[8..]), BinaryPrimitives.ReadInt64LittleEndian(header[16..]));
        if (sequences != Sequences || floats != Stride || position < 0)
        {
            throw new InvalidDataException($"Expected a state of {Sequences} sequences with {Stride} numbers each, but the file has {sequences} with {floats}, at position {position}.");
        }

        float[] values = new float[checked(Sequences * Stride)];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (got < bytes.Length)
        {
            throw new InvalidDataException($"The file ends after {got} of {bytes.Length} bytes of the state.");
        }

        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        for (int s = 0; s < Sequences; s++)
        {
            values.AsSpan(s * Stride, Stride).CopyTo(Sequence(s));
        }

        Position = position;
        Features = null;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => block.Dispose();

    /// <summary>Whether a call of a kernel may use it.</summary>
    /// <param name="kernel">The kernel's description.</param>
    /// <param name="name">The kernel's name, for messages.</param>
    /// <param name="sequences">The call's sequences.</param>
    /// <param name="length">The most positions that one of them is taken on by.</param>
    /// <param name="maxLength">The declared longest sequence, or 0.</param>
    internal void CheckUse(object kernel, string name, int sequences, int length, int maxLength)
    {
        ObjectDisposedException.ThrowIf(block.IsClosed, this);
        if (!ReferenceEquals(kernel, Kernel))
        {
            throw new ArgumentException($"Expected a state that NewState of {name} made, but it belongs to another class.", "state");
        }

        if (sequences != Sequences)
        {
            throw new ArgumentException($"Expected a state of {sequences} sequences, as many as the call has, but it holds {Sequences}.", "state");
        }

        if (maxLength > 0 && Position + length > maxLength)
        {
            throw new ArgumentException($"{length} positions behind {Position}; {name} takes at most {maxLength} (MaxLength).", "length");
        }
    }

    /// <summary>One sequence's floats.</summary>
    internal Span<float> Sequence(int sequence) => new(Data + ((long)sequence * Stride), Stride);
}
