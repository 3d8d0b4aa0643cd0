using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Whole pages and stretches of slots: zeroing and copying.</summary>
internal static unsafe class KvPages
{
    /// <summary>Zeros a page whose heads are <paramref name="headStride"/> bytes apart.</summary>
    public static void Clear(KvShape shape, byte* page, nint headStride)
    {
        for (int h = 0; h < shape.KvHeads; h++, page += headStride)
        {
            NativeMemory.Clear(page, (nuint)shape.HeadBytes);
        }
    }

    /// <summary>Copies a page whose heads follow each other.</summary>
    public static void Copy(KvShape shape, byte* source, byte* destination) => NativeMemory.Copy(source, destination, (nuint)shape.PageBytes);

    /// <summary>Zeros slots <paramref name="from"/> to <paramref name="to"/> of every head, scales included; heads are <paramref name="headStride"/> bytes apart.</summary>
    public static void ClearSlots(KvShape shape, byte* page, nint headStride, int from, int to)
    {
        for (int h = 0; h < shape.KvHeads; h++, page += headStride)
        {
            ClearLanes(page, shape.HeadDim, shape.ElementBytes, from, to);
            ClearLanes(page + shape.KeyScalesOffset, shape.KeyScales, sizeof(float), from, to);
            nint row = shape.ValueStride * shape.ElementBytes;
            NativeMemory.Clear(page + shape.ValuesOffset + (from * row), (nuint)((to - from) * row));
            ClearLanes(page + shape.ValueScalesOffset, shape.ValueScales, sizeof(float), from, to);
        }
    }

    /// <summary>Zeros slots of panels <c>[panel, rows, 16]</c> of elements of <paramref name="size"/> bytes.</summary>
    private static void ClearLanes(byte* panels, int rows, int size, int from, int to)
    {
        for (int slot = from; slot < to;)
        {
            int lane = slot % KvShape.PanelTokens;
            int lanes = Math.Min(KvShape.PanelTokens - lane, to - slot);
            byte* panel = panels + ((nint)(slot - lane) * rows * size);
            for (int row = 0; row < rows; row++)
            {
                new Span<byte>(panel + ((((nint)row * KvShape.PanelTokens) + lane) * size), lanes * size).Clear();
            }

            slot += lanes;
        }
    }
}
