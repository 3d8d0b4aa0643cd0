using AttentionGen.Generator.Rules;

namespace AttentionGen.Prebuilt;

/// <summary>Positional encodings by name, chosen at run time. Declared with <c>[PositionalEncoding]</c>, they are part of the kernel and cost less.</summary>
public static class PositionalEncodingFactory
{
    private static readonly string[] Available =
        [PositionalEncodings.None, PositionalEncodings.Sinusoidal, PositionalEncodings.Learned, PositionalEncodings.Rope, PositionalEncodings.Alibi];

    /// <summary>The encoding of that name or alias.</summary>
    /// <param name="name">See <see cref="PositionalEncodings"/>.</param>
    /// <param name="options">Its numbers.</param>
    /// <exception cref="ArgumentException">There is no such encoding at run time, or a number it needs is missing; the message says what to write.</exception>
    public static IPositionalEncoding Create(string name, PositionalEncodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        return PositionalEncodings.Find(name) switch
        {
            PositionalEncodings.None => new NoPositions(),
            PositionalEncodings.Sinusoidal => new SinusoidalInput(WithDim(options)),
            PositionalEncodings.Learned => new LearnedInput(WithDim(options)),
            PositionalEncodings.Rope => new RotaryRows(WithDim(options)),
            PositionalEncodings.Alibi => new AlibiScores(WithHeads(options)),
            null => throw new ArgumentException(
                $"There is no positional encoding '{name}'; did you mean '{EditDistance.Closest(name.Trim().ToLowerInvariant(), PositionalEncodings.All)}'? At run time there are: {string.Join(", ", Available)}.",
                nameof(name)),
            string declaredOnly => throw new ArgumentException(
                $"""
                The positional encoding '{declaredOnly}' is not made at run time. There are: {string.Join(", ", Available)}. For this one declare a class, and the compiler writes its kernel:

                [Attention(Type = "standard", Heads = {Math.Max(options.Heads, 1)}, HeadDim = {(options.Dim > 0 ? options.Dim : 64)})]
                [PositionalEncoding("{declaredOnly}")]
                public static partial class MyAttention;

                """,
                nameof(name)),
        };
    }

    private static PositionalEncodingOptions WithDim(PositionalEncodingOptions options) =>
        options.Dim > 0 ? options : throw new ArgumentException($"Dim is {options.Dim}: expected the number of features that positions are encoded in.", nameof(options));

    private static PositionalEncodingOptions WithHeads(PositionalEncodingOptions options) =>
        options.Heads > 0 ? options : throw new ArgumentException($"Heads is {options.Heads}: expected the number of query heads.", nameof(options));
}
