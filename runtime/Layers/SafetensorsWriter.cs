using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AttentionGen;

/// <summary>Writes the safetensors format: a header's length in 8 bytes, the header as JSON, then the tensors, little-endian.</summary>
internal static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    public static void Write(Stream stream, ReadOnlySpan<WeightTensor> tensors)
    {
        byte[] header = Header(tensors);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (WeightTensor tensor in tensors)
        {
            float[] values = new float[tensor.Length];
            tensor.CopyTo(values);
            if (tensor.IsTransposedInFiles)
            {
                values = Transpose(values, tensor.Rows, tensor.Columns);
            }

            WriteLittleEndian(stream, values);
        }
    }

    /// <summary><c>[rows, columns]</c> to <c>[columns, rows]</c>.</summary>
    internal static float[] Transpose(ReadOnlySpan<float> source, int rows, int columns)
    {
        float[] transposed = new float[source.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = source[(row * columns) + column];
            }
        }

        return transposed;
    }

    private static byte[] Header(ReadOnlySpan<WeightTensor> tensors)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (WeightTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int size in tensor.FileShape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += (long)tensor.Length * sizeof(float);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8 keep the tensors aligned when the file is mapped.
        int padding = (HeaderAlignment - (buffer.WrittenCount % HeaderAlignment)) % HeaderAlignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteLittleEndian(Stream stream, float[] values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }

        // A span of bytes cannot hold more than 2 GiB, so that large tensors go in parts.
        const int PartFloats = 1 << 20;
        for (int start = 0; start < values.Length; start += PartFloats)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(PartFloats, values.Length - start))));
        }
    }
}
