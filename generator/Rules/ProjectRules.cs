using System;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Rules about how a project is built; the analyzer checks them once for a compilation that declares an attention.</summary>
public static class ProjectRules
{
    public static readonly DiagnosticDescriptor LowBaseline = new(
        "ATTN044", "Instruction set is below what kernels are written for", "Ahead-of-time compilation without IlcInstructionSet targets the oldest x64 processors, where kernels run on 128-bit registers, a half or a quarter of what the machine has; set <IlcInstructionSet>x86-64-v3</IlcInstructionSet> (or native) in the project file", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN044.md");

    // Names of instruction sets that imply 256-bit registers, as the ahead-of-time compiler spells them.
    private static readonly string[] Wide = ["avx2", "avx512", "avx10", "x86-64-v3", "x86-64-v4", "x86-x64-v3", "x86-x64-v4", "native", "haswell", "skylake"];

    /// <summary>Whether ahead-of-time compilation will leave kernels with 128-bit registers, by the project's properties (null: not set).</summary>
    public static bool IsBelowBaseline(string? publishAot, string? instructionSet, string? runtimeIdentifier)
    {
        bool isX64 = string.IsNullOrEmpty(runtimeIdentifier) || runtimeIdentifier!.EndsWith("-x64", StringComparison.OrdinalIgnoreCase);
        return isX64
            && string.Equals(publishAot?.Trim(), "true", StringComparison.OrdinalIgnoreCase)
            && !Array.Exists(Wide, name => instructionSet?.IndexOf(name, StringComparison.OrdinalIgnoreCase) >= 0);
    }
}
