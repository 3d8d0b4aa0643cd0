using System.Globalization;

namespace AttentionGen.Reference;

/// <summary>The numbers written on a declaration, by the name of the attribute's property. What was not written is absent, not zero.</summary>
public sealed class Parameters
{
    private readonly Dictionary<string, double> numbers;
    private readonly Dictionary<string, float[]> arrays;

    private Parameters(Dictionary<string, double> numbers, Dictionary<string, float[]> arrays)
    {
        this.numbers = numbers;
        this.arrays = arrays;
    }

    /// <summary>Nothing written.</summary>
    public static Parameters None { get; } = new([], []);

    /// <summary>These and one more number; flags are 0 or 1, enums their value.</summary>
    public Parameters With(string name, double value) => new(new(numbers) { [name] = value }, arrays);

    /// <summary>These and one more array.</summary>
    public Parameters With(string name, float[] values) => new(numbers, new(arrays) { [name] = values });

    /// <summary>Whether the number was written.</summary>
    public bool Has(string name) => numbers.ContainsKey(name);

    /// <summary>A number, or <paramref name="absent"/> when it was not written.</summary>
    public double Number(string name, double absent) => numbers.GetValueOrDefault(name, absent);

    /// <summary>A whole number, or <paramref name="absent"/> when it was not written.</summary>
    public int Int(string name, int absent) => (int)numbers.GetValueOrDefault(name, absent);

    /// <summary>An array, or null when it was not written.</summary>
    public float[]? Array(string name) => arrays.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", numbers
        .Select(number => string.Create(CultureInfo.InvariantCulture, $"{number.Key}={number.Value}"))
        .Concat(arrays.Select(array => $"{array.Key}[{array.Value.Length}]")));
}
