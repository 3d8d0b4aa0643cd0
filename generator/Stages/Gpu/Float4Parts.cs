using System.Collections.Generic;

namespace AttentionGen.Generator.Stages;

/// <summary>The parts of a vector of four floats, in order.</summary>
internal static class Float4Parts
{
    public static IReadOnlyList<string> Names { get; } = ["X", "Y", "Z", "W"];
}
