using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using AttentionGen.Testing;

namespace AttentionGen.Generator.Tests;

/// <summary>An argument that an encoding doesn't have is warned of (ATTN046) and changes nothing.</summary>
public class IgnoredArgumentTests
{
    public static TheoryData<string> Encodings => [.. Catalog.Catalog.Encodings.Select(encoding => encoding.Name)];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Arguments_of_other_encodings_change_nothing(string name)
    {
        PositionalEncoding encoding = Catalog.Catalog.Encodings.Single(encoding => encoding.Name == name);
        string own = name == "mrope" ? "Sections = [2, 2]" : "";
        string[] foreign = [.. Catalog.Catalog.Encodings.SelectMany(other => other.Parameters).GroupBy(parameter => parameter.Name).Select(same => same.First())
            .Where(parameter => encoding.Parameters.All(mine => mine.Name != parameter.Name)).Select(Written)];
        Assert.NotEmpty(foreign);
        foreach (string host in new[] { "[Attention(\"causal\", Heads = 2, DModel = 16)]\n{0}public partial class Host;", "[Attention(\"causal\", Heads = 2, HeadDim = 8)]\n{0}public static partial class Host;" })
        {
            SortedDictionary<string, string> plain = Generate(host, name, [own]);
            Assert.Contains(plain.Keys, file => file.EndsWith("Kernel.g.cs", StringComparison.Ordinal));
            foreach (string argument in foreign)
            {
                Assert.Equal(plain, Generate(host, name, [own, argument]));
            }
        }
    }

    private static SortedDictionary<string, string> Generate(string host, string name, string[] arguments)
    {
        string attribute = $"[PositionalEncoding({string.Join(", ", arguments.Where(text => text.Length > 0).Prepend($"\"{name}\""))})]\n";
        return Lab.Generate(Lab.Compile("using AttentionGen;\n" + host.Replace("{0}", attribute, StringComparison.Ordinal)));
    }

    // A value that would matter: not the default, and where it picks a scaling, the one that reads the most.
    private static string Written(ParameterSpec parameter) => parameter.Name switch
    {
        "Scaling" => "Scaling = RotaryScaling.LongRope",
        "Layout" => "Layout = RotaryLayout.Interleaved",
        "Sections" => "Sections = new[] { 1, 3 }",
        _ => parameter.Kind switch
        {
            ParameterKind.Flag => $"{parameter.Name} = {(parameter.Default == "true" ? "false" : "true")}",
            ParameterKind.Floats => $"{parameter.Name} = new[] {{ 2f, 3f }}",
            ParameterKind.Int => $"{parameter.Name} = 6",
            _ => $"{parameter.Name} = 1.5",
        },
    };
}
