using System.Text;
using AttentionGen.Generator.Rules;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Tests;

/// <summary>The index of the help pages is made from the rule book. <c>UPDATE_GOLDEN=1</c> rewrites it.</summary>
public class RuleIndexTests
{
    private const string Recipe = """
        ## Other severities

        Warnings and information can be raised, lowered or silenced in `.editorconfig`, for a project or a folder. An error can be lowered too, but what it is about stays impossible: the
        generated class then throws when it is used.

        ```ini
        [*.cs]
        # Even windows are meant, and hold one key more.
        dotnet_diagnostic.ATTN006.severity = none

        # A pattern that hides nothing fails the build.
        dotnet_diagnostic.ATTN007.severity = error

        # The plan of every declaration, as a message of the build.
        dotnet_diagnostic.ATTN048.severity = warning

        # No advice on cheaper types.
        dotnet_diagnostic.ATTN084.severity = none
        ```

        In one place only: `#pragma warning disable ATTN006` around the declaration.
        """;

    private static readonly string PathOfIndex = Repository.PathOf("analyzers", "help", "README.md");

    [Fact]
    public void The_index_is_that_of_the_rule_book()
    {
        string index = Index();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(PathOfIndex, index, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        Assert.Equal(index, File.ReadAllText(PathOfIndex).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_page_has_its_rules_title() =>
        Assert.All(RuleBook.All, rule => Assert.StartsWith(
            $"# {rule.Id}: {rule.Title}\n",
            File.ReadAllText(Repository.PathOf("analyzers", "help", rule.Id + ".md")).ReplaceLineEndings("\n"),
            StringComparison.Ordinal));

    private static string Index()
    {
        var text = new StringBuilder("# Rules\n\nOne page each: what, why, how to fix, an example. Made from the rule book by a test of the generator (`UPDATE_GOLDEN=1` rewrites it).\n");
        foreach ((DiagnosticSeverity severity, string meaning) in new[]
        {
            (DiagnosticSeverity.Error, "Errors: no kernel can be written, or a call can't work"),
            (DiagnosticSeverity.Warning, "Warnings: it works, and is hardly meant"),
            (DiagnosticSeverity.Info, "Information"),
        })
        {
            text.Append($"\n## {meaning}\n\n| rule | |\n|---|---|\n");
            foreach (DiagnosticDescriptor rule in RuleBook.All.Where(rule => rule.DefaultSeverity == severity))
            {
                text.Append($"| [{rule.Id}]({rule.Id}.md) | {rule.Title} |\n");
            }
        }

        return text.Append('\n').Append(Recipe.ReplaceLineEndings("\n")).Append('\n').ToString();
    }
}
