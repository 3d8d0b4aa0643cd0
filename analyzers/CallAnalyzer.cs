using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Analyzers;

/// <summary>
/// Looks at the masks that calls pass. A bare bool mask does not compile, so this works on syntax with whatever symbols
/// the compiler considered: its message says what the compiler's can't.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => RuleBook.CallRules;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("AttentionGen.AttentionArguments") is { } arguments)
            {
                start.RegisterSyntaxNodeAction(AnalyzeCall, SyntaxKind.InvocationExpression);
                start.RegisterSyntaxNodeAction(node => AnalyzeAssignment(node, arguments), SyntaxKind.SimpleAssignmentExpression);
            }
        });
    }

    private static void AnalyzeCall(SyntaxNodeAnalysisContext context)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        ReportOpenLayout(context, call);
        if (HostOf(call, context.SemanticModel, context.CancellationToken) is not { } host)
        {
            return;
        }

        foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
        {
            if (BareMask.Is(context.SemanticModel.GetTypeInfo(argument.Expression, context.CancellationToken).Type))
            {
                context.ReportDiagnostic(Diagnostic.Create(MaskRules.BareMask, argument.Expression.GetLocation()));
            }
        }

        if (SpecReader.Read(host, context.CancellationToken) is not { } spec)
        {
            return;
        }

        MaskShapes.Report(context, call, AttentionShape.Of(spec));
        if (AttentionShape.Of(spec).Causal)
        {
            ReportCausalMasks(context, call, host);
        }
    }

    // layer.Weights.Load(...), where the layer rotates in an order that nobody wrote down.
    private static void ReportOpenLayout(SyntaxNodeAnalysisContext context, InvocationExpressionSyntax call)
    {
        if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Load", Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Weights" } weights }
            && context.SemanticModel.GetTypeInfo(weights.Expression, context.CancellationToken).Type is INamedTypeSymbol layer
            && SpecReader.Read(layer, context.CancellationToken) is { Host.IsStatic: false } spec
            && WeightRules.OpenLayout(spec) is { } encoding)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                WeightRules.LayoutUnspecified,
                call.Expression.GetLocation(),
                Remedy.Write(WeightRules.Remedies(encoding)).Add(Remedy.Host, spec.Host.MetadataName),
                layer.Name,
                spec.Encodings[encoding].Type));
        }
    }

    private static void AnalyzeAssignment(SyntaxNodeAnalysisContext context, INamedTypeSymbol arguments)
    {
        var assignment = (AssignmentExpressionSyntax)context.Node;
        string? name = (assignment.Left as SimpleNameSyntax ?? (assignment.Left as MemberAccessExpressionSyntax)?.Name)?.Identifier.ValueText;
        if (name is "Keep" or "Drop"
            && context.SemanticModel.GetSymbolInfo(assignment.Left, context.CancellationToken).Symbol is IPropertySymbol property
            && SymbolEqualityComparer.Default.Equals(property.ContainingType, arguments)
            && BareMask.Is(context.SemanticModel.GetTypeInfo(assignment.Right, context.CancellationToken).Type))
        {
            context.ReportDiagnostic(Diagnostic.Create(MaskRules.BareMask, assignment.Right.GetLocation()));
        }
    }

    private static void ReportCausalMasks(SyntaxNodeAnalysisContext context, InvocationExpressionSyntax call, INamedTypeSymbol host)
    {
        foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
        {
            foreach (InvocationExpressionSyntax maker in CausalMask.Makers(argument.Expression, context.SemanticModel, context.CancellationToken))
            {
                string name = ((IMethodSymbol)context.SemanticModel.GetSymbolInfo(maker, context.CancellationToken).Symbol!).Name;
                context.ReportDiagnostic(Diagnostic.Create(MaskRules.CausalTwice, argument.Expression.Span.Contains(maker.Span) ? maker.GetLocation() : argument.Expression.GetLocation(), host.Name, "Masks." + name));
            }
        }
    }

    // The host whose Forward is called, also when no overload fits.
    private static INamedTypeSymbol? HostOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        // Inside of the host itself, the name stands alone.
        if ((call.Expression as SimpleNameSyntax ?? (call.Expression as MemberAccessExpressionSyntax)?.Name)?.Identifier.ValueText is not "Forward")
        {
            return null;
        }

        SymbolInfo info = model.GetSymbolInfo(call, cancellation);
        INamedTypeSymbol? host = (info.Symbol ?? info.CandidateSymbols.FirstOrDefault())?.ContainingType;
        return host is not null && HostAttributes.Of(host) is not null ? host : null;
    }
}
