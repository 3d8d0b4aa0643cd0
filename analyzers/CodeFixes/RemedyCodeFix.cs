using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using AttentionGen.Generator.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace AttentionGen.CodeFixes;

/// <summary>Carries out the remedies that a rule proposes: sets, inserts and removes attribute arguments.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemedyCodeFix))]
[Shared]
public sealed class RemedyCodeFix : CodeFixProvider
{
    private static readonly FixAllProvider All = new RemedyFixAll();

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. RuleBook.DeclarationRules.Append(WeightRules.LayoutUnspecified).Select(rule => rule.Id)];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => All;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            int choice = 0;
            foreach (Remedy remedy in Remedy.Read(diagnostic.Properties))
            {
                // Titles hold numbers; the key does not, so that one choice can be made for a whole solution.
                string key = diagnostic.Id + "." + (choice++).ToString(CultureInfo.InvariantCulture);
                context.RegisterCodeFix(
                    CodeAction.Create(remedy.Title, cancellation => RemedyApplication.ApplyAsync(context.Document.Project.Solution, [(context.Document, diagnostic, remedy)], cancellation), key),
                    diagnostic);
            }
        }

        return Task.CompletedTask;
    }
}
