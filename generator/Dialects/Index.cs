using System.Globalization;

namespace AttentionGen.Generator.Dialects;

/// <summary>Index expressions, folded where they are constant so that generated code stays readable.</summary>
public static class Index
{
    /// <summary>An index moved by a constant.</summary>
    public static string Plus(string index, int offset)
    {
        if (int.TryParse(index, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int constant))
        {
            return (constant + offset).ToString(CultureInfo.InvariantCulture);
        }

        string distance = System.Math.Abs(offset).ToString(CultureInfo.InvariantCulture);
        return offset == 0 ? index : offset > 0 ? $"{index} + {distance}" : $"{index} - {distance}";
    }
}
