using System.Runtime.InteropServices;

namespace AttentionGen.Conformance.Cases;

/// <summary>Comparison by bits: NaN equals itself, 0 differs from -0.</summary>
public static class Bits
{
    public static bool Same(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.Cast<float, int>(left).SequenceEqual(MemoryMarshal.Cast<float, int>(right));
}
