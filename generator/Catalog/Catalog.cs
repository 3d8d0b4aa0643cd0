using System;
using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Catalog;

/// <summary>Every attention type and positional encoding there is.</summary>
public static class Catalog
{
    /// <summary>The attention types, in the order of the documentation.</summary>
    public static IReadOnlyList<AttentionType> Types { get; } = [new StandardAttention(), new CausalAttention(), new LocalAttention()];

    /// <summary>The positional encodings, in the order of the documentation.</summary>
    public static IReadOnlyList<PositionalEncoding> Encodings { get; } =
        [new NoEncoding(), new SinusoidalEncoding(), new LearnedEncoding(), new RopeEncoding(), new AlibiEncoding()];

    /// <summary>The attention type of that name or alias, or null.</summary>
    public static AttentionType? FindType(string nameOrAlias) =>
        Types.FirstOrDefault(type => type.Name == nameOrAlias || type.Aliases.Contains(nameOrAlias, StringComparer.Ordinal));

    /// <summary>The positional encoding of that name or alias, or null.</summary>
    public static PositionalEncoding? FindEncoding(string nameOrAlias) =>
        Encodings.FirstOrDefault(encoding => encoding.Name == nameOrAlias || encoding.Aliases.Contains(nameOrAlias, StringComparer.Ordinal));
}
