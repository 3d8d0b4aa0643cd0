using System.Text;
using System.Xml.Linq;
using Xunit;

namespace QuickStart.Tests;

public sealed class MainJobTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData(1)]
    [InlineData(67)]
    public void Every_declaration_agrees_with_the_oracle_and_has_a_line(int positions)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = QuickStartCommand.Run(["--positions", $"{positions}", "--threads", "1"], output, error);
        string table = output.ToString();
        Assert.True(exitCode == 0, table + error);
        Assert.Empty(error.ToString());
        Assert.DoesNotContain('\e', table);
        Assert.True(Demonstrations.All.Count >= 6);
        Assert.All(Demonstrations.All, demonstration => Assert.Contains(demonstration.Declaration, table));
    }

    [Fact]
    public void The_heatmap_is_valid_xml_with_the_characters_on_both_axes()
    {
        using var folder = new TemporaryFolder();
        const string content = "if (a < b && b > \"c\")\n\treturn é;\u0001";
        string text = folder.Write("text.txt", Encoding.UTF8.GetBytes(content));
        string map = folder["map.svg"];
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = QuickStartCommand.Run([text, "--positions", $"{new FileInfo(text).Length}", "--heatmap", map], output, error);
        Assert.True(exitCode == 0, output.ToString() + error);

        XElement root = XDocument.Load(map).Root!;
        Assert.Equal(Svg + "svg", root.Name);
        Assert.NotEmpty(root.Element(Svg + "title")!.Value);
        string[] labels = [.. root.Elements(Svg + "text").Select(label => label.Value)];
        (string Shown, char Character)[] expected = [("<", '<'), ("&", '&'), (">", '>'), ("\"", '"'), ("␣", ' '), ("↵", '\n'), ("⇥", '\t'), ("é", 'é'), ("␁", '\u0001')];
        Assert.All(expected, pair => Assert.Equal(2 * content.Count(character => character == pair.Character), labels.Count(label => label == pair.Shown)));
        Assert.Contains("weight", labels);
    }

    [Fact]
    public void The_weights_of_a_query_that_sees_only_the_slice_sum_to_one()
    {
        var slice = AttentionSlice.Compute(new TextModel("The quick brown fox jumps over the lazy dog"u8.ToArray()), threads: 1);
        for (int query = 0; query < slice.Labels.Length; query++)
        {
            double sum = 0;
            for (int key = 0; key < slice.Labels.Length; key++)
            {
                Assert.Equal(key > query, float.IsNaN(slice.Weights[query, key]));
                sum += key > query ? 0 : slice.Weights[query, key];
            }

            Assert.Equal(1, sum, 1e-5);
        }
    }

    [Fact]
    public void The_default_text_is_found_in_the_installed_sdk()
    {
        string path = TextSource.FindDocumentation();
        Assert.EndsWith(".xml", path);
        Assert.StartsWith("<?xml", Encoding.UTF8.GetString(TextSource.Read(path, 5)));
    }
}
