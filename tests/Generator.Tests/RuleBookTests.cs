using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using AttentionGen.Analyzers;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Tests;

/// <summary>The rule book as a whole: ids, help, release tracking, and that remedies survive the way to the code fix.</summary>
public partial class RuleBookTests
{
    public static TheoryData<string> Ids => [.. RuleBook.All.Select(rule => rule.Id)];

    [Fact]
    public void Ids_are_unique_and_well_formed()
    {
        Assert.Equal(RuleBook.All.Length, RuleBook.All.Select(rule => rule.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(RuleBook.All, rule => Assert.Matches("^ATTN[0-9]{3}$", rule.Id));
    }

    [Fact]
    public void Every_descriptor_of_the_assembly_is_in_the_book()
    {
        IEnumerable<string> declared = typeof(RuleBook).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(DiagnosticDescriptor))
            .Select(field => ((DiagnosticDescriptor)field.GetValue(null)!).Id)
            .Order(StringComparer.Ordinal);

        Assert.Equal(RuleBook.All.Select(rule => rule.Id), declared);
        Assert.Equal(
            RuleBook.All.Select(rule => rule.Id),
            new ConfigurationAnalyzer().SupportedDiagnostics.Concat(new CallAnalyzer().SupportedDiagnostics).Select(rule => rule.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_rule_has_a_help_page_and_links_to_it(string id)
    {
        DiagnosticDescriptor rule = RuleBook.All.Single(rule => rule.Id == id);
        Assert.EndsWith($"/analyzers/help/{id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
        Assert.True(Uri.TryCreate(rule.HelpLinkUri, UriKind.Absolute, out _));

        string page = File.ReadAllText(Repository.PathOf("analyzers", "help", id + ".md"));
        Assert.StartsWith($"# {id}: ", page, StringComparison.Ordinal);
        Assert.All(["## What", "## Why", "## How to fix", "## Example", "```csharp"], part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.Contains($"Severity: {rule.DefaultSeverity}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_help_page_belongs_to_a_rule() =>
        Assert.Equal(
            RuleBook.All.Select(rule => rule.Id),
            Directory.GetFiles(Repository.PathOf("analyzers", "help"), "ATTN*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void Release_tracking_covers_every_rule()
    {
        string tracked = File.ReadAllText(Repository.PathOf("generator", "AnalyzerReleases.Shipped.md")) + File.ReadAllText(Repository.PathOf("generator", "AnalyzerReleases.Unshipped.md"));
        IEnumerable<(string, string)> rows = Row().Matches(tracked).Select(row => (row.Groups["id"].Value, row.Groups["severity"].Value));

        Assert.Equal(RuleBook.All.Select(rule => (rule.Id, rule.DefaultSeverity.ToString())), rows.OrderBy(row => row.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public void Remedies_survive_the_way_to_the_code_fix()
    {
        Remedy[] remedies =
        [
            Remedy.Of("First", Edit.Set(Place.Attention("Heads"), 8), Edit.Remove(Place.Encoding(3, "Base"))),
            Remedy.Of("Second", new Edit(Place.Attention("Type"), "\"a|b=c\""), Edit.Remove(Place.Encoding(1)), new Edit(new Place(PlaceKind.Model, 0, "DModel"), "")),
        ];

        Assert.Equal(remedies, Remedy.Read(Remedy.Write(remedies)));
        Assert.Empty(Remedy.Read(ImmutableDictionary<string, string?>.Empty));
    }

    [Fact]
    public void Violations_come_in_the_order_of_their_ids_and_read_as_sentences()
    {
        var spec = new AttentionSpec(
            new HostSpec("", "Host", "internal static", default, IsStatic: true, IsPartial: false, "Host"),
            "locl",
            new EquatableArray<ArgumentSpec>([new ArgumentSpec("Temperature", -0.5, default, ArgumentSource.Attention)]),
            default);

        IReadOnlyList<Violation> violations = RuleBook.Check(spec, new CompilationFacts(AllowsUnsafe: false, 1100));

        Assert.Equal(["ATTN029", "ATTN045", "ATTN047", "ATTN051", "ATTN052", "ATTN053"], violations.Select(violation => violation.Id));
        Assert.All(violations, violation => Assert.True(violation.IsBlocking));
        Assert.All(violations, violation => Assert.DoesNotMatch(@"\{\d", violation.Message));
        Assert.StartsWith("Temperature = -0.5 can't divide scores", violations[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_spec_is_left_to_the_compiler()
    {
        var host = new HostSpec("", "Host", "internal static", default, IsStatic: true, IsPartial: false, "Host");
        var spec = new AttentionSpec(host, "nothing", default, default) { IsUnreadable = true };
        Assert.Empty(RuleBook.Check(spec, new CompilationFacts(AllowsUnsafe: true, 1300)));
    }

    [GeneratedRegex(@"^(?<id>ATTN\d+) \| AttentionGen \| (?<severity>\w+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
