namespace AttentionGen.Generator.Spec;

/// <summary>One parameter of an attention type or encoding: drives generic checks, documentation and the README's table.</summary>
/// <param name="Name">The attribute property.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="Default">Its default in words or digits, for people.</param>
/// <param name="Minimum">The least value allowed; generic range rules use it.</param>
/// <param name="Unit">What it counts ("keys", "positions", "features", ...).</param>
/// <param name="Summary">One sentence.</param>
public sealed record ParameterSpec(string Name, ParameterKind Kind, string Default, double Minimum, string Unit, string Summary)
{
    /// <summary>The greatest value allowed. Sizes past the default are taken for slips: 2^30 keys or positions overflow index arithmetic.</summary>
    public double Maximum { get; init; } = Kind == ParameterKind.Int ? 1 << 30 : double.PositiveInfinity;
}

/// <summary>The type of a parameter.</summary>
public enum ParameterKind
{
    /// <summary>A whole number.</summary>
    Int,

    /// <summary>A real number.</summary>
    Double,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A named choice.</summary>
    Enum,

    /// <summary>One number per head.</summary>
    Floats,
}
