using System.Globalization;
using AttentionGen.Testing;

namespace AttentionGen.Generator.Tests;

/// <summary>The same declarations give the same text, whatever the culture and however often.</summary>
public class DeterminismTests
{
    private static readonly string[] Sources =
    [
        "using AttentionGen;\n[Attention(Type = \"LOCAL\", Window = 127, Sinks = 4, Heads = 8, HeadDim = 64, Scale = 0.25)]\n[PositionalEncoding(\"SINUSOIDAL\", Base = 1234.5)]\npublic static partial class Valid { }\n",
        "using AttentionGen;\n[Attention(Heads = 8, HeadDim = 64, Temperature = -1.5)]\npublic static partial class Invalid { }\n",
        "using AttentionGen;\n[Attention(\"causal\", Heads = 6, DModel = 96)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 0.5f, 0.25f, 1.5f, 1f, 2f, -1.5f })]\npublic partial class Layer { }\n",
    ];

    [Fact]
    public void Two_runs_give_the_same_text() =>
        Assert.Equal(Lab.Generate(Lab.Compile(Sources)), Lab.Generate(Lab.Compile(Sources)));

    [Fact]
    public void The_order_of_files_does_not_matter() =>
        Assert.Equal(Lab.Generate(Lab.Compile(Sources)), Lab.Generate(Lab.Compile([.. Sources.Reverse()])));

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("ar-SA")]
    public void The_culture_does_not_matter(string name)
    {
        SortedDictionary<string, string> expected = Lab.Generate(Lab.Compile(Sources));
        Assert.Contains(expected.Values, text => text.Contains("Temperature = -1.5 ", StringComparison.Ordinal));

        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Hostile(name);
            Assert.NotEqual("-1.5", (-1.5).ToString(CultureInfo.CurrentCulture));
            Assert.Equal(expected, Lab.Generate(Lab.Compile(Sources)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Generated_text_has_unix_line_ends() =>
        Assert.All(Lab.Generate(Lab.Compile(Sources)).Values, text => Assert.DoesNotContain("\r", text, StringComparison.Ordinal));

    // A machine without culture data still gets foreign digits' signs and separators.
    private static CultureInfo Hostile(string name)
    {
        var culture = (CultureInfo)(HasCulture(name) ? CultureInfo.GetCultureInfo(name) : CultureInfo.InvariantCulture).Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "\u2212";
        return culture;
    }

    private static bool HasCulture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name).Name == name;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}
