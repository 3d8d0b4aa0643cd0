using System.Collections.Immutable;
using System.Linq;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Analyzers;

/// <summary>Reports what the <see cref="RuleBook"/> finds in a declaration, at the very attribute argument it is about.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConfigurationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [.. RuleBook.DeclarationRules, .. RuleBook.BuildRules];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            CompilationFacts facts = CompilationFacts.Of(start.Compilation, start.Options.AnalyzerConfigOptionsProvider);
            var project = new ProjectUse(start.Compilation, start.Options.AnalyzerConfigOptionsProvider.GlobalOptions);
            start.RegisterSymbolAction(symbol => Analyze(symbol, facts, project), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, CompilationFacts facts, ProjectUse project)
    {
        var host = (INamedTypeSymbol)context.Symbol;
        if (HostAttributes.Of(host) is not { } attributes)
        {
            return;
        }

        AttentionSpec spec = SpecReader.Read(host, attributes, context.CancellationToken);
        foreach (Violation violation in RuleBook.Check(spec, facts))
        {
            Report(context, violation, host, attributes);
        }

        if (!ProjectUse.IsVisibleOutside(host) && ModifierRules.NeverDrops(spec) is { } never && !project.SeedsDropout(context.CancellationToken))
        {
            Report(context, never, host, attributes);
        }

        if (project.ShouldReportBaseline())
        {
            context.ReportDiagnostic(Diagnostic.Create(ProjectRules.LowBaseline, Location.None));
        }
    }

    private static void Report(SymbolAnalysisContext context, Violation violation, INamedTypeSymbol host, HostAttributes attributes) =>
        context.ReportDiagnostic(Diagnostic.Create(
            violation.Rule,
            PlaceFinder.Find(violation.Place, host, attributes, context.CancellationToken),
            violation.Severity,
            additionalLocations: null,
            Remedy.Write(violation.Remedies),
            [.. violation.Words.Cast<object>()]));
}
