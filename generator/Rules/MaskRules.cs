using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Rules about the masks that calls pass; the analyzer checks them where the call stands.</summary>
public static class MaskRules
{
    public static readonly DiagnosticDescriptor BareMask = new(
        "ATTN010", "Bare bool mask", "A bool mask does not say whether true keeps a key or hides it; wrap it in KeepMask (true = may attend) or DropMask (true = hidden)", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN010.md");

    public static readonly DiagnosticDescriptor ShapeMisfit = new(
        "ATTN011", "Mask does not fit the call", "A mask with {0} = {1} does not fit a call with {0} = {2}; it must be {3}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN011.md");

    public static readonly DiagnosticDescriptor CausalTwice = new(
        "ATTN014", "Causal mask passed to causal attention", "'{0}' is declared causal, so it hides later keys itself without visiting them; the mask from {1} only costs time and memory, leave it out", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN014.md");
}
