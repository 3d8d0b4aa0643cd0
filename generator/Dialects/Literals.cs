using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace AttentionGen.Generator.Dialects;

/// <summary>Values as C# literals, the same under every culture.</summary>
public static class Literals
{
    /// <summary>A whole number.</summary>
    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A float that reads back to the same bits.</summary>
    public static string Of(float value)
    {
        if (float.IsNaN(value))
        {
            return "float.NaN";
        }

        if (float.IsInfinity(value))
        {
            return value > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";
        }

        return value.ToString("R", CultureInfo.InvariantCulture) + "f";
    }

    /// <summary>A double that reads back to the same bits.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "double.NaN" : value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        }

        return value.ToString("R", CultureInfo.InvariantCulture) + "d";
    }

    /// <summary>True or false.</summary>
    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>An array of floats.</summary>
    public static string Of(IEnumerable<float> values) => $"new float[] {{ {string.Join(", ", values.Select(Of))} }}";

    /// <summary>A number for people, with at most two decimals.</summary>
    public static string Plain(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
