using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>One panel of 16 tokens of one head as a stretch of bytes: keys, their scales, values without their padding, their scales, all little-endian.</summary>
internal static unsafe class KvPanelBytes
{
    private const int Lanes = KvShape.PanelTokens;

    /// <summary>Bytes of a panel.</summary>
    public static int Count(KvShape shape) =>
        Lanes * (((shape.HeadDim + shape.ValueDim) * shape.ElementBytes) + ((shape.KeyScales + shape.ValueScales) * sizeof(float)));

    /// <summary>Copies a panel out of a page.</summary>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The panel's first slot.</param>
    /// <param name="bytes">Receives them.</param>
    public static void Save(KvShape shape, byte* head, int slot, Span<byte> bytes) => Copy(shape, head, slot, bytes, load: false);

    /// <summary>Copies a panel into a page.</summary>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="head">Where the head begins in the page.</param>
    /// <param name="slot">The panel's first slot.</param>
    /// <param name="bytes">Its bytes; on a big-endian machine they are turned round.</param>
    public static void Load(KvShape shape, byte* head, int slot, Span<byte> bytes) => Copy(shape, head, slot, bytes, load: true);

    private static void Copy(KvShape shape, byte* head, int slot, Span<byte> bytes, bool load)
    {
        int panel = slot / Lanes, element = shape.ElementBytes;
        Move(head + ((nint)slot * shape.HeadDim * element), Lanes * shape.HeadDim, element, ref bytes, load);
        Move(head + shape.KeyScalesOffset + (panel * shape.KeyScales * Lanes * sizeof(float)), shape.KeyScales * Lanes, sizeof(float), ref bytes, load);
        for (int n = 0; n < Lanes; n++)
        {
            Move(head + shape.ValuesOffset + ((nint)(slot + n) * shape.ValueStride * element), shape.ValueDim, element, ref bytes, load);
        }

        Move(head + shape.ValueScalesOffset + (panel * shape.ValueScales * Lanes * sizeof(float)), shape.ValueScales * Lanes, sizeof(float), ref bytes, load);
    }

    /// <summary>Copies elements between memory and the front of <paramref name="bytes"/>, and moves that on.</summary>
    private static void Move(byte* memory, int count, int size, ref Span<byte> bytes, bool load)
    {
        Span<byte> inMemory = new(memory, count * size), part = bytes[..inMemory.Length];
        bytes = bytes[part.Length..];
        if (!load)
        {
            inMemory.CopyTo(part);
        }

        if (!BitConverter.IsLittleEndian && size == sizeof(float))
        {
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, int>(part), MemoryMarshal.Cast<byte, int>(part));
        }
        else if (!BitConverter.IsLittleEndian && size == sizeof(ushort))
        {
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(part), MemoryMarshal.Cast<byte, ushort>(part));
        }

        if (load)
        {
            part.CopyTo(inMemory);
        }
    }
}
