using System.Text;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>Writes the protocol buffer wire format: varints, and length-delimited strings and messages.</summary>
public sealed class ProtobufWriter
{
    private readonly List<byte> bytes = [];

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. bytes];

    /// <summary>An integer field.</summary>
    public ProtobufWriter Integer(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A string field.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A nested message.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.bytes);

    private ProtobufWriter Bytes(int field, IReadOnlyCollection<byte> value)
    {
        const uint lengthDelimited = 2;
        Varint(((ulong)field << 3) | lengthDelimited);
        Varint((ulong)value.Count);
        bytes.AddRange(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }
}
