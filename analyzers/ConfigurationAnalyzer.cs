using System.Collections.Immutable;
using System.Linq;
using System.Threading;
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
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => RuleBook.DeclarationRules;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            CompilationFacts facts = CompilationFacts.Of(start.Compilation, start.Options.AnalyzerConfigOptionsProvider);
            start.RegisterSymbolAction(symbol => Analyze(symbol, facts), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, CompilationFacts facts)
    {
        var host = (INamedTypeSymbol)context.Symbol;
        if (HostAttributes.Of(host) is not { } attributes)
        {
            return;
        }

        AttentionSpec spec = SpecReader.Read(host, attributes, context.CancellationToken);
        foreach (Violation violation in RuleBook.Check(spec, facts))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                violation.Rule,
                PlaceFinder.Find(violation.Place, host, attributes, context.CancellationToken),
                Remedy.Write(violation.Remedies),
                [.. violation.Words.Cast<object>()]));
        }
    }
}
