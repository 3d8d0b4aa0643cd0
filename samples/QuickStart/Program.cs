return QuickStart.QuickStartCommand.Run(args, Console.Out, Console.Error);
