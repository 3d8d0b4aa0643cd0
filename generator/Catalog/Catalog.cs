using System;
using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Catalog;

/// <summary>Everything that can be declared. A new attention type or positional encoding is one file beside this one and one line here.</summary>
public static class Catalog
{
    /// <summary>The attention types.</summary>
    public static IReadOnlyList<AttentionType> Types { get; } =
    [
        new StandardAttention(),
        new CausalAttention(),
        new ExclusiveAttention(),
        new LocalAttention(),
        new StridedAttention(),
        new KvStridedAttention(),
        new BlockAttention(),
        new LocalGlobalAttention(),
        new LandmarkAttention(),
        new DifferentialAttention(),
        new RelativeAttention(),
        new T5Attention(),
        new CrossMemoryAttention(),
        new LinearAttention(),
        new PerformerAttention(),
        new MambaAttention(),
        new CustomAttention(),
    ];

    /// <summary>The positional encodings.</summary>
    public static IReadOnlyList<PositionalEncoding> Encodings { get; } =
    [
        new NoEncoding(),
        new SinusoidalEncoding(),
        new LearnedEncoding(),
        new RotaryEncoding(),
        new MropeEncoding(),
        new XposEncoding(),
        new AlibiEncoding(),
        new GaussianEncoding(),
        new RelativeEncoding(),
        new T5Encoding(),
    ];

    /// <summary>The modifiers that every softmax type takes.</summary>
    public static IReadOnlyList<Modifier> Modifiers { get; } =
    [
        new SoftcapModifier(),
        new QkNormModifier(),
        new SinkModifier(),
        new DropoutModifier(),
    ];

    /// <summary>The type of that name or alias, or null.</summary>
    public static AttentionType? FindType(string name) =>
        Types.FirstOrDefault(type => type.Name == name || type.Aliases.Contains(name, StringComparer.Ordinal));

    /// <summary>The encoding of that name or alias, or null.</summary>
    public static PositionalEncoding? FindEncoding(string name) =>
        Encodings.FirstOrDefault(encoding => encoding.Name == name || encoding.Aliases.Contains(name, StringComparer.Ordinal));
}
