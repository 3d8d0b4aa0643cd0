using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AttentionGen;

/// <summary>Reads the safetensors format into tensors whose names and shapes are known beforehand; anything else is an error that names the tensor.</summary>
internal static class SafetensorsReader
{
    /// <summary>The format's own bound; a longer header is a broken or hostile file.</summary>
    private const ulong LongestHeader = 100_000_000;

    private const int PartBytes = 1 << 22;

    /// <summary>Reads and checks everything; the result has the order of <paramref name="expected"/> and its shapes in memory.</summary>
    /// <exception cref="InvalidDataException">The file is not well formed, or lacks, adds or misshapes a tensor.</exception>
    public static float[][] Read(Stream stream, WeightTensor[] expected)
    {
        List<SafetensorsEntry> entries = SafetensorsEntry.ParseHeader(ReadHeader(stream));
        SafetensorsEntry[] matched = Array.ConvertAll(expected, tensor => Match(entries, tensor));
        foreach (SafetensorsEntry entry in entries)
        {
            if (!matched.Contains(entry))
            {
                throw new InvalidDataException(
                    $"Tensor \"{entry.Name}\" [{string.Join(", ", entry.Shape)}] is not part of this layer; expected {string.Join(", ", expected.Select(tensor => tensor.Name))}.");
            }
        }

        CheckOffsets(entries);
        return ReadTensors(stream, expected, matched);
    }

    private static byte[] ReadHeader(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        int got = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (got < prefix.Length)
        {
            throw new InvalidDataException($"The file ends after {got} bytes; expected a safetensors header length of 8 bytes.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader)
        {
            throw new InvalidDataException($"The header claims {length} bytes; expected at most {LongestHeader}. This is not a safetensors file.");
        }

        // Grown as bytes arrive, so that a short file with a large claim costs nothing.
        using MemoryStream header = new();
        byte[] part = new byte[Math.Min((int)length, PartBytes)];
        while (header.Length < (long)length)
        {
            int read = stream.Read(part, 0, (int)Math.Min(part.Length, (long)length - header.Length));
            if (read == 0)
            {
                throw new InvalidDataException($"The file ends {header.Length} bytes into a header of {length} bytes.");
            }

            header.Write(part, 0, read);
        }

        return header.ToArray();
    }

    private static SafetensorsEntry Match(List<SafetensorsEntry> entries, WeightTensor tensor)
    {
        int[] shape = tensor.FileShape;
        SafetensorsEntry entry = entries.Find(candidate => candidate.Name == tensor.Name)
            ?? throw new InvalidDataException($"Tensor \"{tensor.Name}\" [{string.Join(", ", shape)}] is missing; the file has {string.Join(", ", entries.Select(candidate => candidate.Name))}.");
        if (entry.Type != "F32")
        {
            throw new InvalidDataException($"Tensor \"{tensor.Name}\" holds {entry.Type}; expected F32.");
        }

        if (!entry.Shape.AsSpan().SequenceEqual(Array.ConvertAll(shape, size => (long)size)))
        {
            throw new InvalidDataException($"Tensor \"{tensor.Name}\" is [{string.Join(", ", entry.Shape)}]; expected [{string.Join(", ", shape)}].");
        }

        long bytes = (long)tensor.Length * sizeof(float);
        return entry.End - entry.Begin == bytes
            ? entry
            : throw new InvalidDataException($"Tensor \"{tensor.Name}\" has data_offsets [{entry.Begin}, {entry.End}]; expected {bytes} bytes between them.");
    }

    /// <summary>The format demands that the tensors fill the data without gap or overlap. Also puts the entries in that order.</summary>
    private static void CheckOffsets(List<SafetensorsEntry> entries)
    {
        entries.Sort(static (left, right) => left.Begin.CompareTo(right.Begin));
        long position = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != position)
            {
                throw new InvalidDataException($"Tensor \"{entry.Name}\" begins at byte {entry.Begin} of the data; expected {position}, where the one before it ends.");
            }

            position = entry.End;
        }
    }

    private static float[][] ReadTensors(Stream stream, WeightTensor[] expected, SafetensorsEntry[] matched)
    {
        float[][] values = new float[expected.Length][];
        int[] order = [.. Enumerable.Range(0, expected.Length)];
        Array.Sort(order, (left, right) => matched[left].Begin.CompareTo(matched[right].Begin));
        foreach (int index in order)
        {
            WeightTensor tensor = expected[index];
            float[] read = new float[tensor.Length];
            ReadLittleEndian(stream, read, tensor.Name);
            values[index] = tensor.IsTransposedInFiles ? SafetensorsWriter.Transpose(read, tensor.Columns, tensor.Rows) : read;
        }

        return stream.ReadByte() < 0
            ? values
            : throw new InvalidDataException("The file goes on after its last tensor; expected it to end there.");
    }

    private static void ReadLittleEndian(Stream stream, float[] values, string name)
    {
        const int PartFloats = PartBytes / sizeof(float);
        for (int start = 0; start < values.Length; start += PartFloats)
        {
            Span<byte> part = MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(PartFloats, values.Length - start)));
            int got = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            if (got < part.Length)
            {
                long bytes = ((long)start * sizeof(float)) + got;
                throw new InvalidDataException($"The file ends in tensor \"{name}\": expected {(long)values.Length * sizeof(float)} bytes, found {bytes}.");
            }
        }

        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }
}
