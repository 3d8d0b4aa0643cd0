using System;

namespace AttentionGen.Generator.Catalog;

/// <summary>What an int can be.</summary>
/// <param name="Low">The least value.</param>
/// <param name="High">The greatest value.</param>
public readonly record struct Interval(long Low, long High)
{
    /// <summary>Every int.</summary>
    public static Interval All { get; } = new(int.MinValue, int.MaxValue);

    /// <summary>Whether floats hold all of it exactly.</summary>
    public bool IsExactInFloats => Low >= -(1 << 24) && High <= 1 << 24;

    public bool Contains(long value) => Low <= value && value <= High;

    public bool IsWithin(long low, long high) => low <= Low && High <= high;

    /// <summary>What both allow; where they exclude each other, the code is never reached and either is true.</summary>
    public Interval And(Interval other) =>
        Math.Max(Low, other.Low) is var low && Math.Min(High, other.High) is var high && low <= high ? new Interval(low, high) : this;

    public Interval Or(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>Itself, or every int when arithmetic may have wrapped.</summary>
    public Interval Wrapped() => Low < int.MinValue || High > int.MaxValue ? All : this;

    /// <summary>The hull of four products or quotients.</summary>
    public static Interval Hull(long a, long b, long c, long d) => new(Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
}
