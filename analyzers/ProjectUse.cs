using System;
using System.Linq;
using System.Threading;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Analyzers;

/// <summary>What some rules ask of the whole project, found out at most once and only when one of them asks.</summary>
internal sealed class ProjectUse(Compilation compilation, AnalyzerConfigOptions properties)
{
    private const int Unknown = 0, Seeded = 1, Unseeded = 2;

    private int _seeds = Unknown;
    private int _isBaselineReported;

    /// <summary>Whether code outside of the project can use the class.</summary>
    public static bool IsVisibleOutside(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the project's own code mentions a dropout seed at all.</summary>
    public bool SeedsDropout(CancellationToken cancellation)
    {
        if (_seeds == Unknown)
        {
            bool mentions = compilation.SyntaxTrees.Any(tree => !MemberReader.IsGenerated(tree) && tree.GetText(cancellation).ToString().IndexOf("DropoutSeed", StringComparison.Ordinal) >= 0);
            _seeds = mentions ? Seeded : Unseeded;
        }

        return _seeds == Seeded;
    }

    /// <summary>True once, where ahead-of-time compilation will leave kernels with narrow registers.</summary>
    public bool ShouldReportBaseline() =>
        ProjectRules.IsBelowBaseline(Property("PublishAot"), Property("IlcInstructionSet"), Property("RuntimeIdentifier"))
        && Interlocked.Exchange(ref _isBaselineReported, 1) == 0;

    private string? Property(string name) => properties.TryGetValue("build_property." + name, out string? value) ? value : null;
}
