using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>Hints that memory will be wanted soon. They never fault, so that an address past the end is harmless.</summary>
internal static unsafe class CachePrefetch
{
    private const int LineFloats = 16;

    /// <summary>Asks for one cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Asks for <paramref name="rows"/> rows of <paramref name="columns"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(float* address, nint stride, int rows, int columns)
    {
        if (Sse.IsSupported)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column += LineFloats)
                {
                    Sse.Prefetch0(address + column);
                }

                address += stride;
            }
        }
    }
}
