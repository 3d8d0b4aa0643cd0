using System.Globalization;
using System.Reflection;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>One named attribute argument: as C# spells it, and as the oracle reads it.</summary>
public sealed record Argument(string Name, string Code, double Number, float[]? Array = null)
{
    /// <summary>Reads <c>"Window = 7, Causal = true, CausalAlignment = BottomRight, Slopes = [0.5 0.25]"</c>.</summary>
    public static Argument[] ParseList(Type attribute, string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(item => Parse(attribute, item))];

    public static Parameters ToParameters(IEnumerable<Argument> arguments) => arguments.Aggregate(
        Parameters.None,
        (parameters, argument) => argument.Array is null ? parameters.With(argument.Name, argument.Number) : parameters.With(argument.Name, argument.Array));

    private static Argument Parse(Type attribute, string item)
    {
        string[] parts = item.Split('=', StringSplitOptions.TrimEntries);
        (string name, string text) = (parts[0], parts[1]);
        Type kind = attribute.GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.PropertyType
            ?? throw new InvalidOperationException($"{attribute.Name} has no property {name}.");
        if (kind.IsEnum)
        {
            object value = Enum.Parse(kind, text);
            return new Argument(name, $"global::{kind.FullName}.{value}", Convert.ToDouble(value, CultureInfo.InvariantCulture));
        }

        if (kind == typeof(bool))
        {
            return new Argument(name, text, text == "true" ? 1 : 0);
        }

        if (kind == typeof(float[]))
        {
            float[] values = [.. text.Trim('[', ']').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => float.Parse(number, CultureInfo.InvariantCulture))];
            return new Argument(name, $"new float[] {{ {string.Join(", ", values.Select(number => number.ToString("R", CultureInfo.InvariantCulture) + "f"))} }}", 0, values);
        }

        if (kind == typeof(int[]))
        {
            int[] values = [.. text.Trim('[', ']').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
            return new Argument(name, $"new int[] {{ {string.Join(", ", values)} }}", 0, [.. values.Select(number => (float)number)]);
        }

        return new Argument(name, text, double.Parse(text, CultureInfo.InvariantCulture));
    }
}
