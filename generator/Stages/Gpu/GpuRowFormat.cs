using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Stages;

/// <summary>How rows lie in a cache on the device: in vectors of 16 bytes, each with four features in FP32 or eight in 16 bits.</summary>
/// <param name="Precision">The underlying value of KvPrecision.</param>
public sealed record GpuRowFormat(int Precision)
{
    private const int Half = 1;

    /// <summary>Rows of plain floats.</summary>
    public static GpuRowFormat Floats { get; } = new(0);

    /// <summary>Whether an element takes 32 bits.</summary>
    public bool IsSingle => Precision == 0;

    /// <summary>Features of a vector.</summary>
    public int Features => IsSingle ? 4 : 8;

    /// <summary>Vectors of four floats that a vector is widened to.</summary>
    public int Widened => Features / 4;

    /// <summary>Vectors of a row.</summary>
    public int Vectors(int features) => (features + Features - 1) / Features;

    /// <summary>The features of a vector, widened.</summary>
    public IReadOnlyList<string> Unpack(string vector) => IsSingle
        ? [.. Float4Parts.Names.Select(part => $"{vector}.{part}")]
        : [.. Float4Parts.Names.SelectMany(part => new[] { Lower($"{vector}.{part}"), Upper($"{vector}.{part}") })];

    /// <summary>One feature of a row, from the floats that hold it.</summary>
    public string Element(string cells, string at) =>
        IsSingle ? $"{cells}[{at}]" : $"(({at}) & 1) == 0 ? {Lower($"{cells}[({at}) / 2]")} : {Upper($"{cells}[({at}) / 2]")}";

    /// <summary>The bits of a stored element.</summary>
    public string Narrow(string element) => $"GpuStored.{Name}({element})";

    private string Name => Precision == Half ? "Half" : "BFloat16";

    private string Lower(string pair) => $"GpuStored.Lower{Name}({pair})";

    private string Upper(string pair) => $"GpuStored.Upper{Name}({pair})";
}
