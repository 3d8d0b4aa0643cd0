using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the class can have another half, and the compilation can hold a kernel.</summary>
internal static class HostRules
{
    public static readonly DiagnosticDescriptor NotPartial = new(
        "ATTN047", "Attention host is not partial", "'{0}' must be partial, with every type it is nested in: the kernel is generated as its other half; add 'partial'", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN047.md");

    public static readonly DiagnosticDescriptor UnsafeNotAllowed = new(
        "ATTN052", "Unsafe code is not allowed", "The kernel of '{0}' uses pointers, but this project does not allow unsafe code; add <AllowUnsafeBlocks>true</AllowUnsafeBlocks> to the project file", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN052.md");

    public static readonly DiagnosticDescriptor LanguageTooOld = new(
        "ATTN053", "C# version is too old", "The kernel of '{0}' needs C# 12, but this project compiles as C# {1}; raise <LangVersion> or remove it", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN053.md");

    public static readonly DiagnosticDescriptor UnsupportedHost = new(
        "ATTN054", "Class can't host an attention", "'{0}' {1}; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN054.md");

    public static void Check(RuleContext context)
    {
        HostSpec host = context.Spec.Host;
        if (!host.IsPartial)
        {
            context.Report(NotPartial, Place.Host, [host.Name]);
        }

        if (!context.Facts.AllowsUnsafe)
        {
            context.Report(UnsafeNotAllowed, Place.Attention(), [host.Name]);
        }

        if (context.Facts.LanguageVersion < CompilationFacts.LeastLanguageVersion)
        {
            context.Report(LanguageTooOld, Place.Attention(), [host.Name, ((LanguageVersion)context.Facts.LanguageVersion).ToDisplayString()]);
        }

        if (host.Problem != HostProblem.None)
        {
            (string problem, string advice) = Describe(host.Problem);
            context.Report(UnsupportedHost, Place.Host, [host.Name, problem, advice]);
        }
    }

    private static (string Problem, string Advice) Describe(HostProblem problem) => problem switch
    {
        HostProblem.Generic => ("has type parameters, or stands in a type that has", "move the attention to a class of its own without them"),
        HostProblem.Record => ("is a record, whose equality would compare weights", "make it a class"),
        HostProblem.FileLocal => ("is local to its file, so a generated file can't continue it", "make it internal"),
        HostProblem.BaseConstructor => ("has a base class without a constructor that takes no arguments, which the generated constructor would call", "give the base class one, or wrap the layer in another class"),
        _ => ("has a primary constructor, which the generated constructor can't call", "write an ordinary constructor, or wrap the layer in another class"),
    };
}
