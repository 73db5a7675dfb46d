import { ActionIcon, AppShell, Burger, Group, NavLink, Text, Tooltip, useMantineColorScheme } from "@mantine/core";
import { useComputedColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, NavLink as RouterLink, Outlet, useLocation } from "react-router";
import { signOut, useUser } from "../api/session";
import { DiskBanner } from "../features/server";
import { MoonIcon, SignOutIcon, SunIcon } from "../ui/icons";
import { ConnectionBanner } from "./ConnectionBanner";
import { Logo } from "./Logo";
import { PLACES } from "./navigation";
import styles from "./Shell.module.css";

/** What is around every page: navigation, account, the word that the server is away. */
export function Shell() {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  const user = useUser();
  return (
    <AppShell
      header={{ height: 52, collapsed: false }}
      navbar={{ width: 200, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="md"
    >
      <a href="#main" className={styles["skip"]}>
        Skip to the content
      </a>
      <AppShell.Header className={styles["header"]}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={() => setOpen(!open)}
            hiddenFrom="sm"
            size="sm"
            aria-label={open ? "Close the navigation" : "Open the navigation"}
            aria-expanded={open}
          />
          <Link to="/dashboard/jobs" className={styles["brand"]} aria-label="Roundelay: jobs">
            <Logo />
            <span>Roundelay</span>
          </Link>
          <Account email={user.email} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={styles["navbar"]} p="xs" aria-label="Pages">
        {PLACES.filter((place) => !place.admin || user.role === "admin").map(({ to, label, Icon }) => (
          <NavLink
            key={to}
            component={RouterLink}
            to={to}
            label={label}
            leftSection={<Icon />}
            active={pathname.startsWith(to)}
            className={styles["link"]}
            onClick={() => setOpen(false)}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={styles["main"]}>
        <ConnectionBanner />
        <DiskBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Account({ email }: { readonly email: string }) {
  const client = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const other = dark ? "light" : "dark";
  return (
    <Group ml="auto" gap="xs" wrap="nowrap" miw={0}>
      <Text size="sm" c="dimmed" className="r-clip" visibleFrom="xs">
        {email}
      </Text>
      <Tooltip label={`Use ${other} colours`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="dimmed"
          onClick={() => setColorScheme(other)}
          aria-label={`Use ${other} colours`}
        >
          {dark ? <SunIcon /> : <MoonIcon />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Sign out">
        <ActionIcon
          variant="subtle"
          color="gray"
          c="dimmed"
          onClick={() => void signOut(client)}
          aria-label={`Sign out ${email}`}
        >
          <SignOutIcon />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
